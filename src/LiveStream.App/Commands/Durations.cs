using System.Globalization;

namespace LiveStream.App.Commands;

/// <summary>Durations on the command line: whole numbers of seconds, minutes or hours.</summary>
internal static class Durations
{
    private const long LongestSeconds = 86_400;

    /// <summary>Parses <c>10s</c>, <c>1m</c>, <c>2h</c> to milliseconds.</summary>
    /// <exception cref="UsageException">It is nothing of that kind, zero, or more than a day.</exception>
    public static long ParseMs(string option, string text)
    {
        var unit = text.Length > 1 ? text[^1] : ' ';
        var secondsPerUnit = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (secondsPerUnit == 0
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count * (long)secondsPerUnit is < 1 or > LongestSeconds)
        {
            throw new UsageException($"{option} {text} is not a duration in whole seconds up to a day; write for example 10s, 1m or 2h.");
        }

        return count * secondsPerUnit * 1000L;
    }
}
