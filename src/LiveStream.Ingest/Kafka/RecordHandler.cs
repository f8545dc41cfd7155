using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Intake;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// What is done with one record, whichever client read it: decodes its events, checks key, partition and time, and hands
/// each to its group's intake or to the dead letters. One per reading thread; allocates only for events that are rejected.
/// </summary>
public sealed class RecordHandler
{
    /// <summary>Returned when every event of the record has been handled.</summary>
    public const int Complete = -1;

    /// <summary>How far an event's time may lie ahead of its record's timestamp, ms.</summary>
    public const long MaxFutureMs = 60_000;

    private readonly EventDecoder _decoder;
    private readonly PartitionerKind _partitioner;
    private readonly TopicTypes[] _types;
    private readonly string[] _topics;
    private readonly int _partitions;
    private readonly DeadLetters? _deadLetters;
    private readonly ILogger _log;
    private bool _warned;

    /// <summary>A handler for the topics of <paramref name="options"/>, each of <paramref name="partitions"/> partitions.</summary>
    public RecordHandler(KafkaOptions options, int partitions, Pseudonym pseudonym, DeadLetters? deadLetters, ILogger log)
    {
        _decoder = new EventDecoder(pseudonym);
        _partitioner = options.Partitioner;
        _types = [.. options.Topics.Select(topic => TopicTypes.Of([.. topic.Types]))];
        _topics = [.. options.Topics.Select(topic => topic.Name)];
        _partitions = partitions;
        _deadLetters = deadLetters;
        _log = log;
    }

    /// <summary>What the keys seen so far say about the producers' partitioner.</summary>
    public PartitionerEvidence Evidence { get; } = new();

    /// <summary>
    /// Handles the events of a record from <paramref name="firstEvent"/> on. Returns <see cref="Complete"/>, or the index of the
    /// event to go on with, because the dead letters are full: nothing of it was lost or counted yet.
    /// </summary>
    /// <param name="intake">Door of the partition's group.</param>
    /// <param name="place">Where the record lies.</param>
    /// <param name="timestampMs">Its Kafka timestamp, or <see cref="GroupIntake.NoTimestamp"/>.</param>
    /// <param name="key">Its key; empty when it has none.</param>
    /// <param name="value">Its value; empty when it has none.</param>
    /// <param name="firstEvent">0, or what the last call for this record returned.</param>
    public int Handle(GroupIntake intake, in RecordPlace place, long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int firstEvent)
    {
        var keyFits = KeyFits(key, place.Partition);
        var reader = new RecordReader(_decoder, _types[place.Topic], value);
        for (var index = 0; reader.Read(out var parsed, out var reason); index++)
        {
            if (index < firstEvent)
            {
                continue;
            }

            if (reason == RejectReason.None)
            {
                reason = Judge(parsed, timestampMs, key, keyFits);
            }

            if (reason == RejectReason.None)
            {
                intake.Add(place.Topic, parsed, timestampMs);
            }
            else if (_deadLetters is null || _deadLetters.TryAdd(_topics[place.Topic], place, index, reason, reader.Raw))
            {
                intake.Reject(reason);
            }
            else
            {
                return index;
            }
        }

        intake.SetPosition(place.Topic, place.Offset + 1);
        return Complete;
    }

    private RejectReason Judge(in ParsedEvent parsed, long timestampMs, ReadOnlySpan<byte> key, bool keyFits)
    {
        if (_partitioner != PartitionerKind.Unchecked && !(keyFits && parsed.Room.SequenceEqual(key)))
        {
            return RejectReason.Key;
        }

        // No timestamp is the largest number: nothing lies ahead of it.
        return parsed.TimeMs - MaxFutureMs > timestampMs ? RejectReason.Future : RejectReason.None;
    }

    private bool KeyFits(ReadOnlySpan<byte> key, int partition)
    {
        if (_partitioner == PartitionerKind.Unchecked)
        {
            return true;
        }

        if (Evidence.Observe(key, partition, _partitions) && !_warned)
        {
            Warn();
        }

        return !key.IsEmpty && Partitioner.PartitionOf(_partitioner, key, _partitions) == partition;
    }

    private void Warn()
    {
        if (Evidence.Fitting is { } fitting && fitting != _partitioner)
        {
            _warned = true;
            _log.LogWarning(
                "The records lie where partitioner {Fitting} puts them, not {Configured}: their events are rejected (key). Set Kafka:Partitioner to {Setting}, or change the producers.",
                fitting, _partitioner, fitting.ToString().ToLowerInvariant());
        }
        else if (Evidence.FitsNone)
        {
            _warned = true;
            _log.LogWarning(
                "The records lie neither where partitioner murmur2 nor where crc32 puts their keys: events that are not in their room's partition are rejected (key). Let producers use the room as key, or set Kafka:Partitioner to unchecked if each room lies in one partition all the same.");
        }
    }
}
