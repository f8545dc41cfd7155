namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Hands consumed records to the <see cref="RecordHandler"/>, and keeps those that the dead letters have no room for, in
/// order, until they have: the session pauses meanwhile, so that only what the client had already taken out comes on top.
/// Owned by the reading thread.
/// </summary>
internal sealed class RecordDelivery(RecordHandler handler, AssignedGroups groups)
{
    private readonly Queue<HeldRecord> _held = new();
    private int _heldEvent;

    /// <summary>Records that wait for room among the dead letters.</summary>
    public int Held => _held.Count;

    /// <summary>Delivers a record, or holds it.</summary>
    public void Deliver(in ConsumedRecord record, long now)
    {
        if (groups.Of(record.Place.Partition) is not { } group)
        {
            return;
        }

        group.OnRecord(record.Place.Topic, record.Place.Offset, now);
        if (_held.Count > 0)
        {
            _held.Enqueue(record.Hold());
            return;
        }

        var next = handler.Handle(group.Intake, record.Place, record.TimestampMs, record.Key, record.Value, 0);
        if (next != RecordHandler.Complete)
        {
            _heldEvent = next;
            _held.Enqueue(record.Hold());
        }
    }

    /// <summary>Goes on with what is held; true when nothing is any more.</summary>
    public bool TryDeliverHeld()
    {
        while (_held.TryPeek(out var record))
        {
            // A group that was taken away reads its records elsewhere.
            if (groups.Of(record.Place.Partition) is { } group)
            {
                var next = handler.Handle(group.Intake, record.Place, record.TimestampMs, record.Key, record.Value, _heldEvent);
                if (next != RecordHandler.Complete)
                {
                    _heldEvent = next;
                    return false;
                }
            }

            _held.Dequeue();
            _heldEvent = 0;
        }

        return true;
    }
}
