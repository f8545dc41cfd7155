using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Finds the copies of trade events: same session, user, type and id. The first in event time is applied; of copies at the same time the one
/// with the larger amount, then the larger quantity, the smaller product, the smaller order (absent first), then newBuyer true, false, absent.
/// Remembers the newest ids of the session up to its cap.
/// </summary>
public sealed class TradeCopies(NameTable names, int maxIds)
{
    private readonly AgingTable<IdRow> _seen = new(maxIds);
    private Candidate[] _candidates = new Candidate[16];
    private int _count;

    /// <summary>Whether ids have been forgotten, so that a very late copy would be applied again.</summary>
    public bool Capped => _seen.Forgot;

    /// <summary>Marks the copies in a slice that is in event-time order.</summary>
    /// <param name="events">The slice's events.</param>
    /// <param name="details">Details that they refer to.</param>
    /// <param name="text">Text that the details refer to.</param>
    /// <param name="isCopy">Set for every event that is a copy; left alone for the others.</param>
    /// <returns>Number of copies.</returns>
    public int Mark(ReadOnlySpan<RoomEvent> events, ReadOnlySpan<EventDetail> details, ReadOnlySpan<byte> text, Span<bool> isCopy)
    {
        Collect(events, details);
        if (_count == 0)
        {
            return 0;
        }

        Sort(_candidates.AsSpan(0, _count));
        var copies = 0;
        for (var from = 0; from < _count;)
        {
            var best = from;
            var to = from + 1;
            for (; to < _count && _candidates[to].Key == _candidates[from].Key; to++)
            {
                if (_candidates[to].TimeMs == _candidates[best].TimeMs
                    && IsBetter(events[_candidates[to].Index], events[_candidates[best].Index], details, text))
                {
                    best = to;
                }
            }

            _seen.GetOrAdd(_candidates[from].Key, out var isFirst);
            for (var i = from; i < to; i++)
            {
                if (!isFirst || i != best)
                {
                    isCopy[_candidates[i].Index] = true;
                    copies++;
                }
            }

            from = to;
        }

        return copies;
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        _seen.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _seen.Restore(ref reader);
    }

    private void Collect(ReadOnlySpan<RoomEvent> events, ReadOnlySpan<EventDetail> details)
    {
        _count = 0;
        for (var i = 0; i < events.Length; i++)
        {
            ref readonly var e = ref events[i];
            if (!EventTypes.IsTrade(e.Type) || details[e.Detail].Id == 0)
            {
                continue;
            }

            if (_count == _candidates.Length)
            {
                Array.Resize(ref _candidates, _count * 2);
            }

            var key = Math.Max(1, NameHash.Combine(NameHash.Combine(e.Viewer, details[e.Detail].Id), (ulong)e.Type));
            _seen.Prefetch(key);
            _candidates[_count++] = new Candidate(key, e.TimeMs, i);
        }
    }

    private bool IsBetter(in RoomEvent left, in RoomEvent right, ReadOnlySpan<EventDetail> details, ReadOnlySpan<byte> text)
    {
        ref readonly var l = ref details[left.Detail];
        ref readonly var r = ref details[right.Detail];
        if (l.Value != r.Value)
        {
            return l.Value > r.Value;
        }

        if (left.Count != right.Count)
        {
            return left.Count > right.Count;
        }

        if (left.Product != right.Product)
        {
            return left.Product < 0 || (right.Product >= 0 && names.Compare(left.Product, right.Product) < 0);
        }

        var order = text.Slice(l.OrderOffset, l.OrderLength).SequenceCompareTo(text.Slice(r.OrderOffset, r.OrderLength));
        return order != 0 ? order < 0 : left.NewBuyer > right.NewBuyer;
    }

    private static void Sort(Span<Candidate> candidates)
    {
        if (candidates.Length > 1)
        {
            candidates.Sort(static (x, y) =>
                x.Key != y.Key ? x.Key.CompareTo(y.Key) : x.TimeMs != y.TimeMs ? x.TimeMs.CompareTo(y.TimeMs) : x.Index.CompareTo(y.Index));
        }
    }

    private readonly record struct Candidate(ulong Key, long TimeMs, int Index);

    private struct IdRow : IKeyed
    {
        public ulong Key { readonly get; set; }
    }
}
