using Confluent.Kafka;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// What came of a partition, whichever way it was read: a record, its end, or an error. Its bytes may lie in the client's memory; nothing keeps
/// it beyond the call that it is handed to.
/// </summary>
internal readonly ref struct ConsumedRecord
{
    /// <summary><see cref="ErrorCode.NoError"/> for a record, <see cref="ErrorCode.Local_PartitionEOF"/> for the end.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>Where it lies; where the partition ends.</summary>
    public RecordPlace Place { get; init; }

    /// <summary>Kafka timestamp, or <see cref="GroupIntake.NoTimestamp"/>.</summary>
    public long TimestampMs { get; init; }

    /// <summary>Its key; empty when it has none.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Its value, empty when it has none; what the error says.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>What the managed client read.</summary>
    public static ConsumedRecord From(ConsumeResult<byte[], byte[]> result, int topic) => new()
    {
        Error = result.IsPartitionEOF ? ErrorCode.Local_PartitionEOF : ErrorCode.NoError,
        Place = new RecordPlace(topic, result.Partition.Value, result.Offset.Value),
        TimestampMs = result.Message is not { Timestamp.Type: not TimestampType.NotAvailable } message
            ? GroupIntake.NoTimestamp : message.Timestamp.UnixTimestampMs,
        Key = result.Message?.Key,
        Value = result.Message?.Value,
    };

    /// <summary>A copy that outlives the batch.</summary>
    public HeldRecord Hold() => new(Place, TimestampMs, Key.ToArray(), Value.ToArray());
}

/// <summary>A record that waits.</summary>
internal sealed record HeldRecord(RecordPlace Place, long TimestampMs, byte[] Key, byte[] Value);
