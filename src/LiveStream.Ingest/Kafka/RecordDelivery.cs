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
    private readonly Queue<ConsumeResult<byte[], byte[]>> _held = new();
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

        group.OnRecord(groups.TopicOf(record.Topic), record.Offset.Value, now);
        if (_held.Count > 0)
        {
            _held.Enqueue(record);
            return;
        }

        var next = Handle(group, record, 0);
        if (next != RecordHandler.Complete)
        {
            _heldEvent = next;
            _held.Enqueue(record);
        }
    }

    /// <summary>Goes on with what is held; true when nothing is any more.</summary>
    public bool TryDeliverHeld()
    {
        while (_held.TryPeek(out var record))
        {
            // A group that was taken away reads its records elsewhere.
            if (groups.Of(record.Partition.Value) is { } group)
            {
                var next = Handle(group, record, _heldEvent);
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

    private int Handle(PartitionGroup group, ConsumeResult<byte[], byte[]> record, int firstEvent)
    {
        var message = record.Message;
        var place = new RecordPlace(groups.TopicOf(record.Topic), record.Partition.Value, record.Offset.Value);
        var timestampMs = message.Timestamp.Type == TimestampType.NotAvailable ? GroupIntake.NoTimestamp : message.Timestamp.UnixTimestampMs;
        return handler.Handle(group.Intake, place, timestampMs, message.Key, message.Value, firstEvent);
    }
}
