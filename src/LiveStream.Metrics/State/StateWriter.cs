using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiveStream.Metrics.Names;

namespace LiveStream.Metrics.State;

/// <summary>
/// Writes the state of rooms for a checkpoint, as whole numbers of variable length, little-endian copies and names. Every class writes its own state
/// and reads it back in the same order (<see cref="StateReader"/>). Names are written as text at their first use within a room, so that a room
/// can be read, or passed over, alone. Large stretches of a room are left to be written step by step (<see cref="WriteInSteps"/>), so that who writes can
/// do something else in between. Owned by one lane; what was written is never changed.
/// </summary>
public sealed class StateWriter(NameTable names)
{
    // Below the size at which the collector keeps an array apart.
    private const int ChunkBytes = 80_000;
    private const int LongestVarint = 10;
    private const int ValuesAtOnce = 64;

    private readonly Dictionary<int, int> _written = [];
    private readonly List<Piece> _pieces = [];
    private readonly Queue<(StateWriter Part, IEnumerator<bool> Steps)> _unwritten = [];
    private byte[] _chunk = new byte[ChunkBytes];
    private int _used;
    private long _before;
    private Memory<byte> _roomLength;
    private long _roomBegin;

    /// <summary>Bytes written so far.</summary>
    public long Length => _before + _used;

    /// <summary>Whether steps of the last room are left to be written; what they write of must not change until they are.</summary>
    public bool HasSteps => _unwritten.Count > 0;

    /// <summary>Begins a room: its name, what its owner says of it, and a length that <see cref="EndRoom"/> fills in.</summary>
    public void BeginRoom(int name, int kind)
    {
        WriteSteps();
        _written.Clear();
        WriteBytes(names[name]);
        Write(kind);
        Reserve(sizeof(long));
        _roomLength = _chunk.AsMemory(_used, sizeof(long));
        _used += sizeof(long);
        _roomBegin = Length;
    }

    /// <summary>Ends a room, but for the steps that are left.</summary>
    public void EndRoom()
    {
        if (!HasSteps && !_roomLength.IsEmpty)
        {
            MemoryMarshal.Write(_roomLength.Span, Length - _roomBegin);
        }
    }

    /// <summary>
    /// Leaves a stretch without names to be written in steps, to the place where the writer stands. For large ones: it costs a chunk.
    /// </summary>
    /// <param name="pieces">What is written at each step.</param>
    /// <param name="write">Writes one of them.</param>
    public void WriteInSteps<T>(IEnumerable<T> pieces, Action<StateWriter, T> write)
    {
        var part = new StateWriter(names);
        _unwritten.Enqueue((part, Steps().GetEnumerator()));
        NextChunk();
        _pieces.Add(new Piece(default, part));

        IEnumerable<bool> Steps()
        {
            foreach (var piece in pieces)
            {
                write(part, piece);
                yield return true;
            }
        }
    }

    /// <summary>Writes one of the steps that are left; the last one completes the room.</summary>
    public void WriteStep()
    {
        var (part, steps) = _unwritten.Peek();
        var before = part.Length;
        if (!steps.MoveNext())
        {
            steps.Dispose();
            _unwritten.Dequeue();
            EndRoom();
        }

        _before += part.Length - before;
    }

    /// <summary>Writes all steps that are left.</summary>
    public void WriteSteps()
    {
        while (HasSteps)
        {
            WriteStep();
        }
    }

    /// <summary>Writes an interned name, or none.</summary>
    public void WriteName(int name)
    {
        if (name < 0)
        {
            Write(0);
            return;
        }

        if (_written.TryGetValue(name, out var known))
        {
            Write(known + 1);
            return;
        }

        _written.Add(name, _written.Count);
        Write(_written.Count);
        WriteBytes(names[name]);
    }

    /// <summary>Writes a whole number, small ones in one byte.</summary>
    public void Write(long value)
    {
        Reserve(LongestVarint);
        WriteVarint(ZigZag(value));
    }

    /// <summary>Writes a truth value.</summary>
    public void Write(bool value) => Write(value ? 1L : 0L);

    /// <summary>Writes a 128-bit number.</summary>
    public void Write(Int128 value)
    {
        Write((long)(value >> 64));
        Write((long)value);
    }

    /// <summary>Writes bytes and their length.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        WriteRaw(bytes);
    }

    /// <summary>Writes numbers and their count: mostly small ones, zeros by the run.</summary>
    public void WritePacked<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IEquatable<T>
    {
        Write(values.Length);
        for (var i = 0; i < values.Length;)
        {
            // Asked for once in a while and kept in locals: a large room has millions of numbers, and its lane stands still for them.
            Reserve(ValuesAtOnce * 2 * LongestVarint);
            var to = _chunk.AsSpan(_used);
            var used = 0;
            for (var until = Math.Min(values.Length, i + ValuesAtOnce); i < until;)
            {
                var value = ToLong(values[i++]);
                used += Varint(ZigZag(value), to[used..]);
                if (value == 0)
                {
                    var run = values[i..].IndexOfAnyExcept(default(T));
                    run = run < 0 ? values.Length - i : run;
                    used += Varint((ulong)run, to[used..]);
                    i += run;
                }
            }

            _used += used;
        }
    }

    /// <summary>Writes one value as it lies in memory.</summary>
    public void WriteCopy<T>(in T value)
        where T : unmanaged
    {
        Reserve(Unsafe.SizeOf<T>());
        MemoryMarshal.Write(_chunk.AsSpan(_used), value);
        _used += Unsafe.SizeOf<T>();
    }

    /// <summary>
    /// Places for values as they lie in memory, at least one: many are written several times as fast so as by <see cref="WriteCopy"/>. Good until anything is
    /// written; <see cref="Filled"/> says how many of them, from the first, hold one.
    /// </summary>
    public Span<T> Places<T>()
        where T : unmanaged
    {
        Reserve(Unsafe.SizeOf<T>());
        return MemoryMarshal.Cast<byte, T>(_chunk.AsSpan(_used));
    }

    /// <summary>So many of the last <see cref="Places"/> are written.</summary>
    public void Filled<T>(int values)
        where T : unmanaged => _used += values * Unsafe.SizeOf<T>();

    /// <summary>Ends the writing.</summary>
    public ReadOnlySequence<byte> Complete()
    {
        WriteSteps();
        var chunks = new List<ReadOnlyMemory<byte>>();
        AddTo(chunks);
        _before += _used;
        _chunk = [];
        _used = 0;
        return chunks.Count == 0 ? default : Chain(chunks);
    }

    private static ReadOnlySequence<byte> Chain(List<ReadOnlyMemory<byte>> chunks)
    {
        var first = new Chunk(chunks[0], 0);
        var last = first;
        foreach (var chunk in CollectionsMarshal.AsSpan(chunks)[1..])
        {
            last = last.Append(chunk);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private void AddTo(List<ReadOnlyMemory<byte>> chunks)
    {
        foreach (var (bytes, part) in _pieces)
        {
            part?.AddTo(chunks);
            if (!bytes.IsEmpty)
            {
                chunks.Add(bytes);
            }
        }

        if (_used > 0)
        {
            chunks.Add(_chunk.AsMemory(0, _used));
        }
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static long ToLong<T>(T value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(int))
        {
            return Unsafe.BitCast<T, int>(value);
        }

        return typeof(T) == typeof(uint) ? Unsafe.BitCast<T, uint>(value) : Unsafe.BitCast<T, long>(value);
    }

    private void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Reserve(1);
            var part = bytes[..Math.Min(bytes.Length, _chunk.Length - _used)];
            part.CopyTo(_chunk.AsSpan(_used));
            _used += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private void WriteVarint(ulong value) => _used += Varint(value, _chunk.AsSpan(_used));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Varint(ulong value, Span<byte> to)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            to[at++] = (byte)(value | 0x80);
        }

        to[at] = (byte)value;
        return at + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (_used + bytes > _chunk.Length)
        {
            NextChunk();
        }
    }

    private void NextChunk()
    {
        _pieces.Add(new Piece(_chunk.AsMemory(0, _used), null));
        _before += _used;
        _chunk = GC.AllocateUninitializedArray<byte>(ChunkBytes);
        _used = 0;
    }

    // Bytes, or what was written in steps.
    private readonly record struct Piece(ReadOnlyMemory<byte> Bytes, StateWriter? Part);

    private sealed class Chunk : ReadOnlySequenceSegment<byte>
    {
        public Chunk(ReadOnlyMemory<byte> memory, long before)
        {
            Memory = memory;
            RunningIndex = before;
        }

        public Chunk Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Chunk(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
