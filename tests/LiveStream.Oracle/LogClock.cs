namespace LiveStream.Oracle;

/// <summary>How event time advances in a generated log.</summary>
internal enum LogPace
{
    Minutes,
    Evening,
    Days,
    SinceEpoch,
    Seconds,
}

/// <summary>
/// The event time of a generated log: stands still, trickles, lands on full seconds, and again and again exactly at or
/// just beside the distance from an earlier time at which some rule of the specification turns.
/// </summary>
internal sealed class LogClock
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;

    // Lateness, presence timeout, stock pace, segments, funnels and quiet after an end, quiet, a day.
    private static readonly long[] Borders =
        [2_000, MinuteMs, 5 * MinuteMs, 10 * MinuteMs, 30 * MinuteMs, 6 * HourMs, 24 * HourMs];

    /// <summary>The distances from an earlier event at which, or just beside which, an event tries some rule.</summary>
    public static IReadOnlyList<long> Distances { get; } =
        [0, .. Borders.SelectMany(border => new[] { border - 1, border, border + 1 })];

    private readonly Random _random;
    private readonly LogPace _pace;
    private readonly long _longestJumpMs;
    private readonly List<long> _past = [];
    private long _nowTs;

    public LogClock(Random random, LogPace pace)
    {
        _random = random;
        _pace = pace;

        // In half of the long logs nothing is quiet for long, so that sessions grow older than a day.
        _longestJumpMs = pace == LogPace.Days && random.Next(2) == 0 ? HourMs : long.MaxValue;
        _nowTs = pace == LogPace.SinceEpoch ? random.Next(1, 5_000) : 1_700_000_000_000 + random.Next(100_000_000);
        _nowTs = random.Next(2) == 0 ? Session.FirstMultipleAbove(_nowTs, 10 * MinuteMs) : _nowTs;
    }

    public long Next()
    {
        var nextTs = _random.Next(10) switch
        {
            0 => Session.FirstMultipleAbove(_nowTs + Step(), 1_000),
            1 or 2 when _past.Count > 0 => BesideBorder(),
            > 5 when DayOfTheFirst() is { } dayTs => dayTs + _random.Next(-1, 2),
            _ => _nowTs + Step(),
        };
        _nowTs = Math.Min(nextTs, _nowTs + Math.Min(_longestJumpMs, 48 * HourMs));
        _past.Add(_nowTs);
        return _nowTs;
    }

    private long Step() => _pace switch
    {
        LogPace.Evening => _random.Next(100) switch
        {
            < 20 => 0,
            < 60 => _random.Next(5_000),
            _ => _random.Next(120_000),
        },
        LogPace.Days => _random.Next(100) switch
        {
            < 20 => 0,
            < 50 => _random.Next(10_000),
            < 80 => _random.Next(600_000),
            < 98 => _random.Next(2_400_000),
            _ => _random.NextInt64(8 * HourMs),
        },
        LogPace.Seconds => _random.Next(100) switch
        {
            < 30 => 0,
            < 60 => _random.Next(50),
            < 97 => _random.Next(1_500),
            _ => _random.Next(8_000),
        },
        _ => _random.Next(100) switch
        {
            < 35 => 0,
            < 60 => _random.Next(50),
            < 96 => _random.Next(3_000),
            _ => _random.Next(70_000),
        },
    };

    /// <summary>When one of the first events becomes a day old, if that is soon.</summary>
    private long? DayOfTheFirst() => _past.Take(3).Select(ts => (long?)ts + (24 * HourMs))
        .FirstOrDefault(ts => ts > _nowTs && ts - _nowTs < HourMs);

    /// <summary>An earlier time and the next border from there, a millisecond before, at, or after it.</summary>
    private long BesideBorder()
    {
        var reach = _pace switch { LogPace.Days => Borders.Length, LogPace.Evening => 5, LogPace.Seconds => 1, _ => 3 };
        var fromTs = _random.Next(4) switch
        {
            0 => _past[_random.Next(Math.Min(3, _past.Count))],
            1 => _past[_random.Next(_past.Count)],
            _ => _past[_random.Next(Math.Max(0, _past.Count - 12), _past.Count)],
        };
        var atTs = Borders.Take(reach).Select(border => fromTs + border).Where(ts => ts > _nowTs && ts - _nowTs < _longestJumpMs).DefaultIfEmpty(_nowTs + 1).Min();
        return atTs + _random.Next(-1, 2);
    }
}
