namespace LiveStream.Pipeline.Batches;

/// <summary>
/// The names that an intake has seen, each as a number that its batches use: a name's bytes travel to a lane once, with the first batch that
/// uses it. Bounded: when it is full its owner begins a new generation, in which every number is given out anew. Owned by one intake.
/// </summary>
public sealed class NameNumbers
{
    /// <summary>Most lanes that can be told of names.</summary>
    public const int MaxLanes = 64;

    private const int FullNames = 1 << 17;
    private const int FullBytes = 1 << 24;

    private int[] _slots = new int[1024];
    private Entry[] _entries = new Entry[256];
    private byte[] _text = new byte[1 << 12];
    private int _count;
    private int _textLength;

    /// <summary>Counts how often numbers have been given out anew.</summary>
    public int Generation { get; private set; }

    /// <summary>Names known.</summary>
    public int Count => _count;

    /// <summary>Whether a new generation should begin before the next batch is filled.</summary>
    public bool IsFull => _count >= FullNames || _textLength >= FullBytes;

    /// <summary>The number of a name, given out at first sight.</summary>
    public int Of(ReadOnlySpan<byte> text, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var known = _slots[slot] - 1;
            ref readonly var entry = ref _entries[known];
            if (entry.Hash == hash && _text.AsSpan(entry.Offset, entry.Length).SequenceEqual(text))
            {
                return known;
            }
        }

        return Add(text, hash, slot);
    }

    /// <summary>Bytes of a name.</summary>
    public ReadOnlySpan<byte> TextOf(int number) => _text.AsSpan(_entries[number].Offset, _entries[number].Length);

    /// <summary>Hash of a name.</summary>
    public ulong HashOf(int number) => _entries[number].Hash;

    /// <summary>Whether a lane has to be told of a name; it counts as told from now on.</summary>
    public bool IsNewTo(int lane, int number)
    {
        ref var told = ref _entries[number].Told;
        var bit = 1UL << lane;
        if ((told & bit) != 0)
        {
            return false;
        }

        told |= bit;
        return true;
    }

    /// <summary>Forgets all names; only when every batch of the generation has been handed over.</summary>
    public void BeginGeneration()
    {
        Generation++;
        Array.Clear(_slots);
        _count = 0;
        _textLength = 0;
    }

    private int Add(ReadOnlySpan<byte> text, ulong hash, int slot)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        if (_textLength + text.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_textLength + text.Length, _text.Length * 2));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _entries[_count] = new Entry { Hash = hash, Offset = _textLength, Length = text.Length };
        _textLength += text.Length;
        _slots[slot] = ++_count;
        if (_count * 2 > _slots.Length)
        {
            Rebuild();
        }

        return _count - 1;
    }

    private void Rebuild()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var i = 0; i < _count; i++)
        {
            var slot = (int)_entries[i].Hash & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }

    private struct Entry
    {
        public ulong Hash;
        public ulong Told;
        public int Offset;
        public int Length;
    }
}
