using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>
/// online(t) of metrics.md for every multiple t of 1 s after S: users whose latest viewer event before t is not a
/// <c>leave</c> and at most the presence timeout before t. Kept as pieces in which it does not change.
/// </summary>
internal sealed class OnlineCurve
{
    private const long HopMs = 1_000;

    private readonly long _firstTs;
    private readonly List<(long FromTs, long Users)> _pieces = [];

    public OnlineCurve(long startTs, IEnumerable<LogEvent[]> eventsOfUsers, long timeoutMs)
    {
        _firstTs = Session.FirstMultipleAbove(startTs, HopMs);
        var changes = new SortedDictionary<long, long> { [_firstTs] = 0 };
        foreach (var ofUser in eventsOfUsers)
        {
            for (var i = 0; i < ofUser.Length; i++)
            {
                // An event that is not a leave makes its user online at each t with ts < t <= end.
                var endTs = ofUser[i].Ts + timeoutMs;
                endTs = i + 1 < ofUser.Length ? Math.Min(endTs, ofUser[i + 1].Ts) : endTs;
                if (ofUser[i].Type != EventType.Leave)
                {
                    Add(changes, Session.FirstMultipleAbove(ofUser[i].Ts, HopMs), 1);
                    Add(changes, Session.FirstMultipleAbove(endTs, HopMs), -1);
                }
            }
        }

        long users = 0;
        foreach (var (ts, change) in changes)
        {
            users += change;
            _pieces.Add((ts, users));
        }
    }

    /// <summary>Writes <c>online</c> at T, a multiple of 1 s above S.</summary>
    public void Write(Utf8JsonWriter json, long asOfTs)
    {
        var (now, peak, peakAtTs, sum) = (0L, -1L, 0L, 0L);
        for (var i = 0; i < _pieces.Count && _pieces[i].FromTs <= asOfTs; i++)
        {
            var (fromTs, users) = _pieces[i];
            var toTs = i + 1 < _pieces.Count ? Math.Min(_pieces[i + 1].FromTs, asOfTs + HopMs) : asOfTs + HopMs;
            now = users;
            sum += users * ((toTs - fromTs) / HopMs);
            (peak, peakAtTs) = users > peak ? (users, fromTs) : (peak, peakAtTs);
        }

        json.WriteStartObject("online");
        json.WriteNumber("now", now);
        json.WriteNumber("peak", peak);
        json.WriteNumber("peakAt", peakAtTs);
        json.WriteNumber("average", Ratio.Nearest(sum, ((asOfTs - _firstTs) / HopMs) + 1));
        json.WriteEndObject();
    }

    private static void Add(SortedDictionary<long, long> changes, long ts, long change) =>
        changes[ts] = changes.GetValueOrDefault(ts) + change;
}
