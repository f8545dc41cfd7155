namespace LiveStream.Oracle;

/// <summary>How event time advances in a generated log.</summary>
internal enum LogPace
{
    Minutes,
    Evening,
    Days,
    SinceEpoch,
}

/// <summary>The event time of a generated log: stands still, trickles, lands on full seconds and just beside borders.</summary>
internal sealed class LogClock
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;

    // Presence timeout, stock pace, segments, funnels, quiet after and without an end, a day.
    private static readonly long[] Borders =
        [MinuteMs, 5 * MinuteMs, 10 * MinuteMs, 30 * MinuteMs, 30 * MinuteMs, 6 * HourMs, 6 * HourMs, 24 * HourMs];

    private readonly Random _random;
    private readonly LogPace _pace;
    private long _nowTs;

    public LogClock(Random random, LogPace pace)
    {
        _random = random;
        _pace = pace;
        _nowTs = pace == LogPace.SinceEpoch ? random.Next(1, 5_000) : 1_700_000_000_000 + random.Next(100_000_000);
    }

    public long Next()
    {
        _nowTs += Step();
        if (_random.Next(8) == 0)
        {
            _nowTs = Session.FirstMultipleAbove(_nowTs, 1_000);
        }

        return _nowTs;
    }

    private long Step() => _pace switch
    {
        LogPace.Evening => _random.Next(100) switch
        {
            < 20 => 0,
            < 60 => _random.Next(5_000),
            < 98 => _random.Next(120_000),
            _ => AtBorder(4),
        },
        LogPace.Days => _random.Next(100) switch
        {
            < 20 => 0,
            < 50 => _random.Next(10_000),
            < 80 => _random.Next(600_000),
            < 94 => _random.Next(2_400_000),
            _ => AtBorder(Borders.Length),
        },
        _ => _random.Next(100) switch
        {
            < 35 => 0,
            < 60 => _random.Next(50),
            < 96 => _random.Next(3_000),
            < 99 => _random.Next(70_000),
            _ => AtBorder(1),
        },
    };

    private long AtBorder(int borders) => Borders[_random.Next(borders)] + _random.Next(-1, 2);
}
