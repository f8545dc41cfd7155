namespace LiveStream.Metrics.Names;

/// <summary>
/// Names interned once: rooms, sessions, products, channels, display names, each as a small number. Owned by one lane. It does not
/// grow without bound: when it has doubled since the last sweep the owner marks what is still referred to and the rest is freed
/// (<see cref="NeedsSweep"/>, <see cref="BeginSweep"/>, <see cref="Mark"/>, <see cref="EndSweep"/>). Numbers of kept names never change.
/// </summary>
public sealed class NameTable
{
    /// <summary>The number that stands for an absent name.</summary>
    public const int None = -1;

    private const int Free = -1;
    private const int SmallestSweep = 1 << 16;

    private byte[]?[] _texts = new byte[256][];
    private ulong[] _hashes = new ulong[256];
    private bool[] _marks = [];
    private int[] _slots = NewSlots(512);
    private readonly Stack<int> _freed = new();
    private int _used;
    private int _sweepAt = SmallestSweep;

    /// <summary>Names held.</summary>
    public int Count => _used - _freed.Count;

    /// <summary>One more than the largest number ever given out.</summary>
    public int UpperBound => _used;

    /// <summary>Whether the owner should mark and sweep before it interns much more.</summary>
    public bool NeedsSweep => Count >= _sweepAt;

    /// <summary>The name's bytes; the array is never changed, so it may be kept by reference.</summary>
    public byte[] this[int number] => _texts[number]!;

    /// <summary>The number of a name, given out at its first sight.</summary>
    public int Intern(ReadOnlySpan<byte> text) => Intern(text, NameHash.Compute(text));

    /// <summary>As <see cref="Intern(ReadOnlySpan{byte})"/>, with the <see cref="NameHash"/> already known.</summary>
    public int Intern(ReadOnlySpan<byte> text, ulong hash)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var number = _slots[slot];
            if (number == Free)
            {
                return Add(text, hash, slot);
            }

            if (_hashes[number] == hash && text.SequenceEqual(_texts[number]))
            {
                return number;
            }
        }
    }

    /// <summary>Ordinal order of two names by their bytes.</summary>
    public int Compare(int left, int right) => left == right ? 0 : this[left].AsSpan().SequenceCompareTo(this[right]);

    /// <summary>Forgets all marks.</summary>
    public void BeginSweep() => _marks = new bool[_used];

    /// <summary>Keeps a name over the sweep; <see cref="None"/> is allowed.</summary>
    public void Mark(int number)
    {
        if (number >= 0)
        {
            _marks[number] = true;
        }
    }

    /// <summary>Frees every name that was not marked since <see cref="BeginSweep"/>.</summary>
    public void EndSweep()
    {
        for (var number = 0; number < _marks.Length; number++)
        {
            if (!_marks[number] && _texts[number] is not null)
            {
                _texts[number] = null;
                _freed.Push(number);
            }
        }

        _marks = [];
        Rebuild(_slots.Length);
        _sweepAt = Math.Max(SmallestSweep, Count * 2);
    }

    private static int[] NewSlots(int length)
    {
        var slots = new int[length];
        Array.Fill(slots, Free);
        return slots;
    }

    private int Add(ReadOnlySpan<byte> text, ulong hash, int slot)
    {
        if (!_freed.TryPop(out var number))
        {
            number = _used++;
            if (number == _texts.Length)
            {
                Array.Resize(ref _texts, number * 2);
                Array.Resize(ref _hashes, number * 2);
            }
        }

        _texts[number] = text.ToArray();
        _hashes[number] = hash;
        _slots[slot] = number;
        if (Count * 2 > _slots.Length)
        {
            Rebuild(_slots.Length * 2);
        }

        return number;
    }

    private void Rebuild(int length)
    {
        _slots = NewSlots(length);
        var mask = length - 1;
        for (var number = 0; number < _used; number++)
        {
            if (_texts[number] is null)
            {
                continue;
            }

            var slot = (int)_hashes[number] & mask;
            while (_slots[slot] != Free)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = number;
        }
    }
}
