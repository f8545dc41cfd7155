using Confluent.Kafka;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Hands consumed records to the <see cref="RecordHandler"/>, and keeps those that the dead letters have no room for, in
/// order, until they have: the session pauses meanwhile, so that only what the client had already taken out comes on top.
/// Owned by the reading thread.
/// </summary>
internal sealed class RecordDelivery(RecordHandler handler, AssignedGroups groups)
{
    private readonly Queue<(PartitionGroup Group, ConsumeResult<byte[], byte[]> Record)> _held = new();
    private int _heldEvent;

    /// <summary>Records that wait for room among the dead letters.</summary>
    public int Held => _held.Count;

    /// <summary>Delivers a record, or holds it.</summary>
    public void Deliver(ConsumeResult<byte[], byte[]> record, long now)
    {
        if (groups.Of(record.Partition.Value) is not { } group)
        {
            return;
        }

        // What was fetched before the partition was set to its place is not its next record.
        var topic = groups.TopicOf(record.Topic);
        if (record.Offset.Value < group.Partitions[topic].Position)
        {
            return;
        }

        group.OnRecord(topic, record.Offset.Value, now);
        if (_held.Count > 0)
        {
            Hold(group, record);
            return;
        }

        var next = Handle(group, record, 0);
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
            if (ReferenceEquals(groups.Of(held.Group.Number), held.Group))
            {
                var next = Handle(held.Group, held.Record, _heldEvent);
                held.Group.IsMidRecord = next > 0;
                if (next != RecordHandler.Complete)
                {
                    _heldEvent = next;
                    return false;
                }
            }

            held.Group.Held--;
            _held.Dequeue();
            _heldEvent = 0;
        }

        return true;
    }

    private void Hold(PartitionGroup group, ConsumeResult<byte[], byte[]> record)
    {
        group.Held++;
        _held.Enqueue((group, record));
    }

    private int Handle(PartitionGroup group, ConsumeResult<byte[], byte[]> record, int firstEvent)
    {
        var message = record.Message;
        var place = new RecordPlace(groups.TopicOf(record.Topic), record.Partition.Value, record.Offset.Value);
        var timestampMs = message.Timestamp.Type == TimestampType.NotAvailable ? GroupIntake.NoTimestamp : message.Timestamp.UnixTimestampMs;
        return handler.Handle(group.Intake, place, timestampMs, message.Key, message.Value, firstEvent);
    }
}
