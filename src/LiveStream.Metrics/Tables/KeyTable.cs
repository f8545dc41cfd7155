using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Tables;

/// <summary>A row of a <see cref="KeyTable{TRow}"/>.</summary>
public interface IKeyed
{
    /// <summary>Its key; 0 in a place that is free.</summary>
    ulong Key { get; set; }
}

/// <summary>
/// Rows by 64-bit key, in place: one cache line a look-up. Open addressing in segments that the key's top bits choose (extendible hashing, Fagin et
/// al. 1979); a segment grows by a quarter and splits in two at its largest, so that no growth copies more than a segment and at least half of
/// the places are used. Keys are not 0. Owned by one lane's state; capped by the caller. A reference to a row is good until the next row is added.
/// </summary>
public sealed class KeyTable<TRow>
    where TRow : unmanaged, IKeyed
{
    private const int FirstPlaces = 16;

    // Segments from which on a table is written step by step: several 100 KB.
    private const int SegmentsInSteps = 8;

    // Below the size at which the collector keeps an array apart.
    private static readonly int LargestPlaces = Math.Min(4096, 48_000 / Unsafe.SizeOf<TRow>());

    // Rows that find no place below the capacity overflow to these; linear probing then never wraps.
    private const int Tail = 16;

    // Places behind the first that are looked at without waiting for it; nine of ten rows are there or before.
    private const int Guesses = 2;

    private Segment[] _segments = [new Segment(FirstPlaces, 0)];
    private int _shift = 64;

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all places.</summary>
    public long Bytes => Distinct().Sum(s => s.Rows.Length * (long)Unsafe.SizeOf<TRow>());

    /// <summary>Brings the lines near on which the search for a key mostly ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong key)
    {
        ref var home = ref Home(key);
        CacheLine.Prefetch(ref home);
        CacheLine.Prefetch(ref Unsafe.Add(ref home, Guesses));
    }

    /// <summary>
    /// Where a key's row is, mostly; it may be a free place or another key's. Found without a branch: which of the first places a key has is what no
    /// processor can foretell, and a wrong guess costs more than looking at all of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TRow Guess(ulong key)
    {
        ref var home = ref Home(key);
        var first = home.Key == key ? 0 : 1;
        var second = first & (Unsafe.Add(ref home, 1).Key == key ? 0 : 1);
        var third = second & (Unsafe.Add(ref home, 2).Key == key ? 0 : 1);
        return ref Unsafe.Add(ref home, first + second + third);
    }

    /// <summary>The row of a key, or a null reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TRow Find(ulong key)
    {
        ref var row = ref Guess(key);
        while (row.Key != key)
        {
            if (row.Key == 0)
            {
                return ref Unsafe.NullRef<TRow>();
            }

            row = ref Unsafe.Add(ref row, 1);
        }

        return ref row;
    }

    /// <summary>Adds a row for a key that has none; all of it but the key is 0.</summary>
    public ref TRow Add(ulong key)
    {
        while (true)
        {
            var index = IndexOf(Mix(key));
            ref var segment = ref _segments[index];
            if (segment.Count < segment.Limit && TryPlace(segment, key, out var at))
            {
                CountIn(index, segment.Depth);
                Count++;
                ref var row = ref segment.Rows[at];
                row.Key = key;
                return ref row;
            }

            Grow(index);
        }
    }

    /// <summary>Keeps the rows that a test lets stay.</summary>
    public void KeepOnly(Func<ulong, bool> stays)
    {
        var old = _segments;
        var staying = 0;
        foreach (var segment in old.DistinctBy(s => s.Rows))
        {
            foreach (ref readonly var row in segment.Rows.AsSpan())
            {
                staying += row.Key != 0 && stays(row.Key) ? 1 : 0;
            }
        }

        if (staying == Count)
        {
            return;
        }

        Begin(staying);
        foreach (var segment in old.DistinctBy(s => s.Rows))
        {
            foreach (ref readonly var row in segment.Rows.AsSpan())
            {
                if (row.Key != 0 && stays(row.Key))
                {
                    Add(row.Key) = row;
                }
            }
        }
    }

    /// <summary>Calls with every row.</summary>
    public void ForEach(RowAction<TRow> action)
    {
        foreach (var segment in Distinct())
        {
            foreach (ref var row in segment.Rows.AsSpan())
            {
                if (row.Key != 0)
                {
                    action(ref row);
                }
            }
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Count);
        if (_segments.Length >= SegmentsInSteps)
        {
            writer.WriteInSteps(Distinct(), Save);
            return;
        }

        foreach (var segment in Distinct())
        {
            Save(writer, segment);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader) => Restore(ref reader, own: null);

    /// <summary>Takes over the rows that a test lets in, or all when there is none.</summary>
    public void Restore(ref StateReader reader, Func<ulong, bool>? own)
    {
        var rows = reader.ReadCount(Unsafe.SizeOf<TRow>());
        Expect(own is null ? rows : CountOf(reader, rows, own));
        TRow single = default;
        while (rows > 0)
        {
            var read = reader.ReadCopies(rows, ref single);
            rows -= read.Length;
            foreach (ref readonly var row in read)
            {
                if (own is null || own(row.Key))
                {
                    Add(row.Key) = row;
                }
            }
        }
    }

    /// <summary>Makes places for rows to come, if there are none yet.</summary>
    public void Expect(int rows)
    {
        if (Count == 0)
        {
            Begin(rows);
        }
    }

    private static void Save(StateWriter writer, Segment segment)
    {
        for (ReadOnlySpan<TRow> rows = segment.Rows; !rows.IsEmpty;)
        {
            var places = writer.Places<TRow>();
            var (looked, filled) = (0, 0);
            for (; looked < rows.Length && filled < places.Length; looked++)
            {
                // Without a branch: which places are free is what no processor can foretell.
                places[filled] = rows[looked];
                filled += rows[looked].Key != 0 ? 1 : 0;
            }

            writer.Filled<TRow>(filled);
            rows = rows[looked..];
        }
    }

    // The reader is a copy: the rows are read once more.
    private static int CountOf(StateReader reader, int rows, Func<ulong, bool> own)
    {
        TRow single = default;
        var count = 0;
        while (rows > 0)
        {
            var read = reader.ReadCopies(rows, ref single);
            rows -= read.Length;
            foreach (ref readonly var row in read)
            {
                count += own(row.Key) ? 1 : 0;
            }
        }

        return count;
    }

    // Rows that come in the order of another table fill one share of the keys after the other: in a table without segments for them each share would be split off
    // from the whole step by step.
    private void Begin(int rows)
    {
        var depth = 0;
        while (rows >> depth > LargestPlaces / 2)
        {
            depth++;
        }

        // A little below the limit, which one share in some fifty passes and then grows.
        var capacity = Math.Max(FirstPlaces, (rows >> depth) * 8 / 5);
        _segments = new Segment[1 << depth];
        _shift = 64 - depth;
        Count = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            _segments[i] = new Segment(capacity, depth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int IndexOf(ulong mixed) => _shift == 64 ? 0 : (int)(mixed >> _shift);

    // Pseudonyms are mixed already; numbers that an embedding program counts up are not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong key) => key * 0x9E37_79B9_7F4A_7C15;

    // The top bits choose the segment, so the place comes from those in the middle.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(ulong mixed, int capacity) => (int)(((ulong)(uint)(mixed >> 16) * (uint)capacity) >> 32);

    // The last place of the tail is always free, so that a walk ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref TRow Home(ulong key)
    {
        var mixed = Mix(key);
        ref var segment = ref _segments[IndexOf(mixed)];
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(segment.Rows), PlaceOf(mixed, segment.Capacity));
    }

    private static bool TryPlace(in Segment segment, ulong key, out int at)
    {
        at = PlaceOf(Mix(key), segment.Capacity);
        while (segment.Rows[at].Key != 0)
        {
            at++;
        }

        return at < segment.Rows.Length - 1;
    }

    // A segment that several indexes share keeps its count at each of them.
    private void CountIn(int index, int depth)
    {
        var span = 1 << (64 - _shift - depth);
        for (var i = index & -span; i < (index & -span) + span; i++)
        {
            _segments[i].Count++;
        }
    }

    private void Grow(int index)
    {
        var segment = _segments[index];
        if (segment.Capacity < LargestPlaces)
        {
            Replace(index, Rebuilt(segment, Math.Min(LargestPlaces, segment.Capacity + (segment.Capacity / 4)), segment.Depth, 0, 0));
            OutgrownArrays<TRow>.Keep(segment.Rows);
            return;
        }

        if (segment.Depth == 64 - _shift)
        {
            var doubled = new Segment[_segments.Length * 2];
            for (var i = 0; i < doubled.Length; i++)
            {
                doubled[i] = _segments[i >> 1];
            }

            _segments = doubled;
            _shift--;
            index *= 2;
        }

        var bit = 1UL << (63 - segment.Depth);
        var half = LargestPlaces * 5 / 8;
        Replace(index, Rebuilt(segment, half, segment.Depth + 1, bit, 0), bit, 0);
        Replace(index, Rebuilt(segment, half, segment.Depth + 1, bit, bit), bit, bit);
        OutgrownArrays<TRow>.Keep(segment.Rows);
    }

    // Puts the segment at every index of its share of the directory.
    private void Replace(int index, in Segment by)
    {
        var span = 1 << (64 - _shift - by.Depth);
        for (var i = index & -span; i < (index & -span) + span; i++)
        {
            _segments[i] = by;
        }
    }

    private void Replace(int index, in Segment by, ulong bit, ulong value)
    {
        var place = (int)(bit >> _shift);
        Replace(value == 0 ? index & ~place : index | place, by);
    }

    /// <summary>The rows whose key has the bit as asked for, in new places; all of them when no bit is asked for.</summary>
    private static Segment Rebuilt(in Segment old, int capacity, int depth, ulong bit, ulong value)
    {
        while (true)
        {
            var segment = new Segment(capacity, depth);
            if (TryFill(ref segment, old.Rows, bit, value))
            {
                return segment;
            }

            // The tail overflowed, which unlucky keys can do; a few more places part them.
            OutgrownArrays<TRow>.Keep(segment.Rows);
            capacity += Math.Max(4, capacity / 16);
        }
    }

    private static bool TryFill(ref Segment segment, TRow[] rows, ulong bit, ulong value)
    {
        foreach (ref readonly var row in rows.AsSpan())
        {
            if (row.Key == 0 || (Mix(row.Key) & bit) != value)
            {
                continue;
            }

            if (!TryPlace(segment, row.Key, out var at))
            {
                return false;
            }

            segment.Rows[at] = row;
            segment.Count++;
        }

        return true;
    }

    private IEnumerable<Segment> Distinct() => _segments.DistinctBy(s => s.Rows);

    private struct Segment(int capacity, int depth)
    {
        public TRow[] Rows = OutgrownArrays<TRow>.Take(capacity + Tail);
        public int Capacity = capacity;
        public int Count = 0;
        public int Depth = depth;

        public readonly int Limit => (Capacity * 11) >> 4;
    }
}

/// <summary>Something that is done with a row.</summary>
public delegate void RowAction<TRow>(ref TRow row);
