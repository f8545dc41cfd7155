using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Reads what has come from the assigned partitions: in batches where the client offers them, else one by one. Rebalances are served in
/// between, so that no record of a batch belongs to a partition that was taken away since. Owned by <see cref="ConsumerSession"/>, called on
/// its thread.
/// </summary>
internal sealed class ConsumerReads(
    IConsumer<byte[], byte[]> consumer, BatchQueue? batches, RecordDelivery delivery, AssignedGroups groups, BrokerComplaints complaints, ILogger log)
{
    private const int RecordsOneByOne = 256;

    /// <summary>Why the client cannot go on, or null.</summary>
    public Error? Fatal { get; private set; }

    /// <summary>Whether a partition cannot be read on by this consumer, and another one is needed.</summary>
    public bool MustStartOver { get; private set; }

    /// <summary>Serves rebalances and reads some records; waits for the first one when there is none.</summary>
    public void Read(int waitMs, long now)
    {
        if (batches is null)
        {
            ReadOneByOne(waitMs, now);
            return;
        }

        ReadOneByOne(0, now);
        var count = batches.Read(waitMs);
        for (var i = 0; i < count; i++)
        {
            Take(batches[i], now);
        }

        batches.Release();
    }

    private void ReadOneByOne(int waitMs, long now)
    {
        for (var i = 0; i < RecordsOneByOne; i++)
        {
            try
            {
                if (consumer.Consume(waitMs) is not { } result)
                {
                    return;
                }

                waitMs = 0;
                Take(ConsumedRecord.From(result, groups.TopicOf(result.Topic)), now);
            }
            catch (ConsumeException error)
            {
                OnError(error.Error, error.ConsumerRecord?.TopicPartitionOffset);
                return;
            }
        }
    }

    private void Take(in ConsumedRecord record, long now)
    {
        switch (record.Error)
        {
            case ErrorCode.NoError:
                delivery.Deliver(record, now);
                break;
            case ErrorCode.Local_PartitionEOF:
                groups.Of(record.Place.Partition)?.OnEnd(record.Place.Topic, record.Place.Offset, now);
                break;
            default:
                var partition = groups.Of(record.Place.Partition)?.Partitions[record.Place.Topic].Partition;
                OnError(
                    new Error(record.Error, Encoding.UTF8.GetString(record.Value), record.Error == ErrorCode.Local_Fatal),
                    partition is null ? null : new TopicPartitionOffset(partition, record.Place.Offset));
                break;
        }
    }

    private void OnError(Error error, TopicPartitionOffset? place)
    {
        switch (error.Code)
        {
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange when place is not null:
                // The client has given the partition up, and takes no other offset for it.
                MustStartOver = true;
                groups.Drop(place.Partition.Value);
                log.LogError(
                    "Kafka no longer has offset {Offset} of {Partition}: what lay there is lost to the numbers; the consumer is built anew, the group from what there is.",
                    place.Offset, place.TopicPartition);
                break;
            case var _ when error.IsFatal:
                Fatal = error;
                break;
            default:
                complaints.Hear(error);
                break;
        }
    }
}
