using Confluent.Kafka;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// How far one assigned partition has been read, and whether it is idle: at the end of its log, quiet for
/// <c>IdleMs</c> during which the loop ran, and the broker said since that this is still the end. What was quiet in another owner's hands counts: a partition
/// that is at its end when it is assigned, and has had nothing for that long or ever, is idle at once. One that was busy until then is not:
/// its next records may be on their way, late as they may be with any owner. Times are those of the reading thread's clock, which owns it.
/// </summary>
/// <param name="partition">The partition.</param>
/// <param name="topic">Index of the topic.</param>
/// <param name="idleMs">How long it must be quiet.</param>
/// <param name="nowMs">When it was assigned.</param>
/// <param name="begin">Offset of the next record; -1 while it is not known.</param>
/// <param name="quietForMs">How long ago its newest event was at that time, as far as is known; the largest value when it had none.</param>
internal sealed class AssignedPartition(TopicPartition partition, int topic, int idleMs, long nowMs, long begin = -1, long quietForMs = long.MaxValue)
{
    /// <summary>How long a broker's word that the end is the end stays good.</summary>
    private const int ConfirmedForMs = 4_000;

    private readonly bool _wasIdle = quietForMs >= idleMs;
    private long _quietSinceMs = quietForMs >= idleMs ? nowMs : nowMs - quietForMs;
    private long _movedAtMs = nowMs;
    private long _confirmedAtMs = long.MinValue;
    private bool _atEnd;
    private bool _atEndWhenAssigned;
    private bool _touched;

    public TopicPartition Partition { get; } = partition;

    /// <summary>Index of the topic, which is the partition's index in its group.</summary>
    public int Topic { get; } = topic;

    /// <summary>Offset of the next record; -1 while it is not known where to begin.</summary>
    public long Position { get; private set; } = begin;

    /// <summary>Offset from which a next owner reads: that of the last durable image, before it where this one began.</summary>
    public long Durable { get; set; } = begin;

    /// <summary>End of the log when the broker was last asked; -1 before.</summary>
    public long End { get; private set; } = -1;

    /// <summary>Whether it is paused because it is far ahead of its group.</summary>
    public bool IsAheadPaused { get; set; }

    /// <summary>Records between position and end; 0 while either is unknown.</summary>
    public long Lag => Position < 0 || End < 0 ? 0 : Math.Max(0, End - Position);

    /// <summary>A record came.</summary>
    public void OnRecord(long offset, long now)
    {
        Position = offset + 1;
        _atEnd = false;
        _touched = true;
        _atEndWhenAssigned = false;
        _quietSinceMs = now;
        _movedAtMs = now;
    }

    /// <summary>The reader came to the end of the log.</summary>
    public void OnEnd(long offset, long now)
    {
        Position = offset;
        _atEnd = true;
        _movedAtMs = now;
        if (!_touched)
        {
            _touched = true;
            _atEndWhenAssigned = _wasIdle;
            _confirmedAtMs = _wasIdle ? now : long.MinValue;
        }
    }

    /// <summary>The loop did not run for a while: nothing that was known of the end holds.</summary>
    public void OnFreeze(long now)
    {
        _touched = true;
        _atEndWhenAssigned = false;
        _quietSinceMs = now;
        _movedAtMs = now;
        _confirmedAtMs = long.MinValue;
    }

    /// <summary>It may be read again after a pause: time spent paused is not time stuck.</summary>
    public void OnResume(long now) => _movedAtMs = now;

    /// <summary>The broker, asked at <paramref name="askedAtMs"/>, said where the log ends.</summary>
    public void OnEndKnown(long end, long askedAtMs)
    {
        End = end;
        if (_atEnd && end <= Position)
        {
            _confirmedAtMs = askedAtMs;
        }
        else if (end > Position)
        {
            _confirmedAtMs = long.MinValue;
            _atEndWhenAssigned = false;
        }
    }

    /// <summary>Whether it has been quiet long enough and only the broker's word is missing.</summary>
    public bool WantsConfirmation(long now) =>
        _atEnd && !_atEndWhenAssigned && now - _quietSinceMs >= idleMs && _confirmedAtMs < _quietSinceMs + idleMs;

    /// <summary>Whether it is idle now.</summary>
    public bool IsIdle(long now) =>
        _atEnd && _confirmedAtMs != long.MinValue && now - _confirmedAtMs <= ConfirmedForMs
        && (_atEndWhenAssigned || _confirmedAtMs >= _quietSinceMs + idleMs);

    /// <summary>Whether it has had lag for so long without moving that its consumer must be broken.</summary>
    public bool IsStuck(long now, int afterMs) => End > Math.Max(Position, 0) && !_atEnd && now - _movedAtMs > afterMs;
}
