using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiveStream.Metrics.Names;

namespace LiveStream.Metrics.State;

/// <summary>
/// Reads what a <see cref="StateWriter"/> wrote, in the same order. Meant for bytes whose checksum has been verified: what does not fit throws
/// <see cref="InvalidDataException"/>. Owned by one lane.
/// </summary>
public ref struct StateReader
{
    // More than any state has that does not grow with products; a damaged count must not ask for memory without end.
    private const int MostNumbers = 1 << 22;

    private readonly NameTable _names;
    private readonly List<int> _known = [];
    private SequenceReader<byte> _bytes;

    /// <summary>Begins at the first byte; names are interned in <paramref name="names"/>.</summary>
    public StateReader(ReadOnlySequence<byte> bytes, NameTable names)
    {
        _bytes = new SequenceReader<byte>(bytes);
        _names = names;
    }

    /// <summary>Which viewers' rows are taken over; all when null. Those of others are passed over, not built to be thrown away.</summary>
    public Func<ulong, bool>? OwnViewers { get; set; }

    /// <summary>Whether everything has been read.</summary>
    public readonly bool End => _bytes.End;

    /// <summary>Begins the next room.</summary>
    /// <param name="name">Its id.</param>
    /// <param name="kind">What its owner said of it.</param>
    /// <param name="length">Bytes of what follows, for <see cref="Skip"/>.</param>
    public void BeginRoom(out byte[] name, out int kind, out long length)
    {
        _known.Clear();
        name = ReadBytes();
        kind = ReadInt();
        length = ReadCopy<long>();
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(long bytes)
    {
        if (bytes < 0 || bytes > _bytes.Remaining)
        {
            throw Broken();
        }

        _bytes.Advance(bytes);
    }

    /// <summary>Reads an interned name, or none.</summary>
    public int ReadName()
    {
        var number = ReadInt();
        if (number == 0)
        {
            return NameTable.None;
        }

        if (number == _known.Count + 1)
        {
            _known.Add(_names.Intern(ReadBytes()));
        }

        return number <= _known.Count && number > 0 ? _known[number - 1] : throw Broken();
    }

    /// <summary>Reads a whole number.</summary>
    public long ReadLong()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads a whole number of 32 bits.</summary>
    public int ReadInt() => ReadLong() is var value && value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Broken();

    /// <summary>Reads a count.</summary>
    public int ReadCount() => ReadInt() is var count && count >= 0 ? count : throw Broken();

    /// <summary>Reads the count of values that are written one after the other and take at least so many bytes each.</summary>
    public int ReadCount(int bytesEach) => ReadCount() is var count && count <= _bytes.Remaining / bytesEach ? count : throw Broken();

    /// <summary>Reads a truth value.</summary>
    public bool ReadBool() => ReadLong() != 0;

    /// <summary>Reads a 128-bit number.</summary>
    public Int128 ReadInt128()
    {
        var high = ReadLong();
        return new Int128((ulong)high, (ulong)ReadLong());
    }

    /// <summary>Reads bytes.</summary>
    public byte[] ReadBytes()
    {
        var bytes = new byte[ReadCount(1)];
        if (!_bytes.TryCopyTo(bytes))
        {
            throw Broken();
        }

        _bytes.Advance(bytes.Length);
        return bytes;
    }

    /// <summary>Reads numbers into an array of exactly as many.</summary>
    public void ReadPacked<T>(Span<T> values)
        where T : unmanaged
    {
        if (ReadCount() != values.Length)
        {
            throw Broken();
        }

        Fill(values);
    }

    /// <summary>Reads numbers, as many as there can be at most.</summary>
    public T[] ReadPacked<T>(int most = MostNumbers)
        where T : unmanaged
    {
        // A run of zeros takes two bytes whatever its length, so the bytes that are left say nothing about the count.
        var values = new T[ReadCount() is var count && count <= most ? count : throw Broken()];
        Fill<T>(values);
        return values;
    }

    /// <summary>Reads one value as it lies in memory.</summary>
    public T ReadCopy<T>()
        where T : unmanaged
    {
        var value = default(T);
        if (!_bytes.TryCopyTo(MemoryMarshal.AsBytes(new Span<T>(ref value))))
        {
            throw Broken();
        }

        _bytes.Advance(Unsafe.SizeOf<T>());
        return value;
    }

    /// <summary>Reads values as they lie in memory, so many at most as lie in one piece; at least one.</summary>
    /// <param name="most">How many are left, at least 1.</param>
    /// <param name="single">A place for one that does not lie in one piece.</param>
    public ReadOnlySpan<T> ReadCopies<T>(int most, ref T single)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(_bytes.UnreadSpan);
        if (values.IsEmpty)
        {
            single = ReadCopy<T>();
            return new ReadOnlySpan<T>(ref single);
        }

        values = values[..Math.Min(most, values.Length)];
        _bytes.Advance(values.Length * (long)Unsafe.SizeOf<T>());
        return values;
    }

    private static InvalidDataException Broken() => new("A checkpoint does not hold what its format says.");

    private static T FromLong<T>(long value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(int))
        {
            return Unsafe.BitCast<int, T>((int)value);
        }

        return typeof(T) == typeof(uint) ? Unsafe.BitCast<uint, T>((uint)value) : Unsafe.BitCast<long, T>(value);
    }

    private void Fill<T>(Span<T> values)
        where T : unmanaged
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = ReadLong();
            if (value != 0)
            {
                values[i] = FromLong<T>(value);
                continue;
            }

            var run = ReadVarint();
            if (run >= (ulong)(values.Length - i))
            {
                throw Broken();
            }

            values.Slice(i, (int)run + 1).Clear();
            i += (int)run;
        }
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!_bytes.TryRead(out var part))
            {
                throw Broken();
            }

            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }
}
