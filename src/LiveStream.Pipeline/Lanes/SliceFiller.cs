using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>Takes the events of one group's batches into the slices of its rooms, up to the cap on events that wait. Owned by the lane's group.</summary>
internal sealed class SliceFiller(LaneState lane, RoomTable rooms, LaneNames names)
{
    private const int LookAheadStep = 6;

    /// <summary>Takes the events of a batch into their slices.</summary>
    public void TakeIn(EventBatch batch)
    {
        names.Learn(batch);
        var events = batch.Events;
        var room = lane.MaxBuffered - lane.Counters.Buffered;
        var taken = (int)Math.Min(events.Length, Math.Max(0, room));
        var foreign = 0;
        for (var i = 0; i < taken; i++)
        {
            LookAhead(batch.Rooms[..taken], events, i);
            ref readonly var arrived = ref events[i];
            var entry = names.EntryOf(batch.Rooms[i], arrived.TimeMs, rooms);
            ref var e = ref entry.SliceOf(arrived.TimeMs).Append(arrived, batch);
            e.Session = names.Of(e.Session);
            e.Product = names.Of(e.Product);
            e.Name = names.Of(e.Name);
            foreign += e.Foreign ? 1 : 0;
            rooms.MarkStale(entry);
        }

        lane.Counters.AddBuffered(taken - foreign);
        if (taken < events.Length)
        {
            TurnAway(batch, taken);
        }
    }

    // An event is written where its room's last one ends, and rooms come in any order: what leads there is asked for step by step.
    private void LookAhead(ReadOnlySpan<int> numbers, ReadOnlySpan<RoomEvent> events, int at)
    {
        if (at + (3 * LookAheadStep) < numbers.Length)
        {
            names.KnownEntryOf(numbers[at + (3 * LookAheadStep)])?.Prefetch();
            names.KnownEntryOf(numbers[at + (2 * LookAheadStep)])?.PrefetchSlice();
            names.KnownEntryOf(numbers[at + LookAheadStep])?.PrefetchPlace();
            names.Prefetch(events[at + (2 * LookAheadStep)].Product);
        }
    }

    private void TurnAway(EventBatch batch, int from)
    {
        for (var i = from; i < batch.Count; i++)
        {
            rooms.MarkCapped(names.Of(batch.Rooms[i]), batch.Events[i].TimeMs);
        }

        lane.Counters.Add(new SettleCounts { RejectedCapacity = batch.Count - from });
    }
}
