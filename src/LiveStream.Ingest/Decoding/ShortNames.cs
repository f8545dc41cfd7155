using System.Runtime.CompilerServices;
using System.Text;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// A fixed set of names of 1..16 bytes, each told by its first eight bytes, its last eight bytes and its length: one multiplication, one
/// table row and no collision, because a multiplier that separates all names is searched for when the set is made. Immutable.
/// </summary>
internal sealed class ShortNames
{
    /// <summary>Longest name.</summary>
    public const int MaxLength = 16;

    /// <summary>From the beginning of a name on, so many bytes are read at once.</summary>
    public const int Ahead = sizeof(ulong);

    private const int Bits = 7;

    private readonly Row[] _rows = new Row[1 << Bits];
    private readonly ulong _multiplier;

    /// <summary>A set whose members are known by their indexes; what is not in it is found as <paramref name="unknown"/>.</summary>
    public ShortNames(ReadOnlySpan<string> names, byte unknown)
    {
        var rows = new List<Row>();
        foreach (var name in names)
        {
            rows.Add(RowOf(Encoding.UTF8.GetBytes(name), (byte)rows.Count));
        }

        if (rows.DistinctBy(row => (row.First, row.Length)).Count() != rows.Count)
        {
            throw new ArgumentException("Two names agree in their first eight bytes and their length.", nameof(names));
        }

        Unknown = unknown;
        _multiplier = Separate(rows);
        Array.Fill(_rows, new Row { Length = -1, Index = unknown });
        foreach (var row in rows)
        {
            _rows[Slot(row.First, row.Length, _multiplier)] = row;
        }
    }

    /// <summary>What names that are not in the set are found as.</summary>
    public byte Unknown { get; }

    /// <summary>Index of the name, or <see cref="Unknown"/>.</summary>
    public byte Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxLength)
        {
            return Unknown;
        }

        // Zeros behind it, so that it may be read eight bytes at a time.
        Span<byte> padded = stackalloc byte[MaxLength + sizeof(ulong)];
        name.CopyTo(padded);
        return Find(ref padded[0], 0, name.Length);
    }

    /// <summary>
    /// Index of the name of <paramref name="length"/> bytes at <paramref name="at"/>, from where on at least <see cref="Ahead"/> bytes may
    /// be read.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Find(ref byte text, int at, int length)
    {
        var first = RawBytes.Eight(ref text, at);
        first = length < sizeof(ulong) ? first & ((1UL << (8 * length)) - 1) : first;
        ref readonly var row = ref RawBytes.Of(_rows, Slot(first, length, _multiplier));
        return row.First == first && row.Length == length && (length <= sizeof(ulong) || row.Last == RawBytes.Eight(ref text, at + length - sizeof(ulong)))
            ? row.Index
            : Unknown;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Slot(ulong first, int length, ulong multiplier) => (int)(((first + (uint)length) * multiplier) >> (64 - Bits));

    private static Row RowOf(ReadOnlySpan<byte> name, byte index)
    {
        Span<byte> padded = stackalloc byte[MaxLength + sizeof(ulong)];
        name.CopyTo(padded);
        return new Row
        {
            First = RawBytes.Eight(ref padded[0], 0),
            Last = RawBytes.Eight(ref padded[0], Math.Max(0, name.Length - sizeof(ulong))),
            Length = name.Length,
            Index = index,
        };
    }

    private static ulong Separate(List<Row> rows)
    {
        for (var multiplier = 0x9E37_79B9_7F4A_7C15; ; multiplier = (multiplier * 0xD134_2543_DE82_EF95) + 2)
        {
            if (rows.DistinctBy(row => Slot(row.First, row.Length, multiplier)).Count() == rows.Count)
            {
                return multiplier;
            }
        }
    }

    private struct Row
    {
        public ulong First;
        public ulong Last;
        public int Length;
        public byte Index;
    }
}
