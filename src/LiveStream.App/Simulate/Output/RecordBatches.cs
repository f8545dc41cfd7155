namespace LiveStream.App.Simulate;

/// <summary>Events of one topic and room that wait to share a record.</summary>
internal sealed class RecordBatch(int topic, int room, int capacity)
{
    private readonly SimulatedEvent[] _events = new SimulatedEvent[capacity];

    public int Topic { get; } = topic;

    public int Room { get; } = room;

    public int Count { get; private set; }

    /// <summary>Grows with each record, so that a note on an earlier one is known as old.</summary>
    public int Number { get; private set; }

    public ReadOnlySpan<SimulatedEvent> Events => _events.AsSpan(0, Count);

    public bool IsFull => Count == _events.Length;

    public void Add(in SimulatedEvent e) => _events[Count++] = e;

    public void Clear()
    {
        Count = 0;
        Number++;
    }
}

/// <summary>
/// Gathers events into records: one is ready when it is full or its first event has waited long enough. Owned by the Kafka sink;
/// holds at most one open record per topic and room.
/// </summary>
internal sealed class RecordBatches(int capacity, int waitMs)
{
    private readonly Dictionary<(int Topic, int Room), RecordBatch> _open = [];
    private readonly Queue<(RecordBatch Batch, int Number, long FirstMs)> _waiting = new();

    /// <summary>Adds an event; the result is the record to send now, or null. Clear it when sent.</summary>
    public RecordBatch? Add(in SimulatedEvent e, int topic)
    {
        if (!_open.TryGetValue((topic, e.Room), out var batch))
        {
            _open.Add((topic, e.Room), batch = new RecordBatch(topic, e.Room, capacity));
        }

        if (batch.Count == 0 && capacity > 1)
        {
            _waiting.Enqueue((batch, batch.Number, e.SendMs));
        }

        batch.Add(in e);
        return batch.IsFull ? batch : null;
    }

    /// <summary>The next record that has waited until <paramref name="nowMs"/>, or null.</summary>
    public RecordBatch? NextWaited(long nowMs)
    {
        while (_waiting.TryPeek(out var first) && (first.Batch.Number != first.Number || first.FirstMs + waitMs <= nowMs))
        {
            _waiting.Dequeue();
            if (first.Batch.Number == first.Number)
            {
                return first.Batch;
            }
        }

        return null;
    }
}
