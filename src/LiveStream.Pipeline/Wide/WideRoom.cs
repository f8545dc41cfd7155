using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;

namespace LiveStream.Pipeline.Wide;

/// <summary>
/// A room whose users are split over all lanes, as the intake sees it: the seconds that have not been settled. Owned by <see cref="WideRooms"/>.
/// </summary>
/// <param name="name">Room id, UTF-8.</param>
/// <param name="lastMs">No event before it became wide has a larger time.</param>
internal sealed class WideRoom(byte[] name, long lastMs)
{
    private readonly List<WideSecond> _seconds = [];
    private WideSecond? _latest;

    /// <summary>Room id, UTF-8.</summary>
    public byte[] Name { get; } = name;

    /// <summary>Hash of its id.</summary>
    public ulong Hash { get; } = NameHash.Compute(name);

    /// <summary>No event of it has a larger time.</summary>
    public long LastMs { get; private set; } = lastMs;

    /// <summary>Takes note of an event.</summary>
    public void Note(scoped in ParsedEvent parsed, long timeMs, bool moved)
    {
        LastMs = Math.Max(LastMs, timeMs);
        if (_latest is null || (ulong)(timeMs - _latest.StartMs) >= EngineOptions.HopMs)
        {
            _latest = SecondOf(timeMs - (timeMs % EngineOptions.HopMs));
        }

        _latest.Note(parsed.Type, timeMs, parsed.Session, moved, parsed.TimeMs);
    }

    /// <summary>Takes the seconds before T, in order.</summary>
    public WideSecond[] TakeUntil(long settledMs)
    {
        var count = _seconds.FindIndex(s => s.StartMs >= settledMs);
        var taken = _seconds[..(count < 0 ? _seconds.Count : count)].ToArray();
        _seconds.RemoveRange(0, taken.Length);
        _latest = null;
        return taken;
    }

    private WideSecond SecondOf(long startMs)
    {
        var at = _seconds.FindLastIndex(s => s.StartMs <= startMs);
        if (at >= 0 && _seconds[at].StartMs == startMs)
        {
            return _seconds[at];
        }

        var second = new WideSecond(startMs);
        _seconds.Insert(at + 1, second);
        return second;
    }
}
