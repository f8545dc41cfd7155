namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Hands consumed records to the <see cref="RecordHandler"/>, and keeps those that the dead letters have no room for, in
/// order, until they have: the session pauses meanwhile, so that only what the client had already taken out comes on top.
/// Owned by the reading thread.
/// </summary>
internal sealed class RecordDelivery(RecordHandler handler, AssignedGroups groups)
{
    private readonly Queue<(PartitionGroup Group, HeldRecord Record)> _held = new();
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

        // What was fetched before the partition was set to its place is not its next record.
        if (record.Place.Offset < group.Partitions[record.Place.Topic].Position)
        {
            return;
        }

        group.OnRecord(record.Place.Topic, record.Place.Offset, now);
        if (_held.Count > 0)
        {
            Hold(group, record);
            return;
        }

        var next = handler.Handle(group.Intake, record.Place, record.TimestampMs, record.Key, record.Value, 0);
        if (next != RecordHandler.Complete)
        {
            _heldEvent = next;
            group.IsMidRecord = next > 0;
            Hold(group, record);
        }
    }

    /// <summary>Goes on with what is held; true when nothing is any more.</summary>
    public bool TryDeliverHeld()
    {
        while (_held.TryPeek(out var held))
        {
            // A group that was taken away, if only for a while, reads its records again.
            var (group, record) = held;
            if (ReferenceEquals(groups.Of(group.Number), group))
            {
                var next = handler.Handle(group.Intake, record.Place, record.TimestampMs, record.Key, record.Value, _heldEvent);
                group.IsMidRecord = next > 0;
                if (next != RecordHandler.Complete)
                {
                    _heldEvent = next;
                    return false;
                }
            }

            group.Held--;
            _held.Dequeue();
            _heldEvent = 0;
        }

        return true;
    }

    private void Hold(PartitionGroup group, in ConsumedRecord record)
    {
        group.Held++;
        _held.Enqueue((group, record.Hold()));
    }
}
