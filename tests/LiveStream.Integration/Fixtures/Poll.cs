using System.Diagnostics;

namespace LiveStream.Integration.Fixtures;

/// <summary>Asks again and again until something is so, and says what was seen last when the time is over.</summary>
internal static class Poll
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until <paramref name="look"/> returns null; anything else it returns says what is still wrong.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> UntilAsync(TimeSpan limit, string what, Func<Task<string?>> look)
    {
        var from = Stopwatch.GetTimestamp();
        using var pause = new PeriodicTimer(Every);
        while (await look() is { } wrong)
        {
            if (Stopwatch.GetElapsedTime(from) > limit)
            {
                Assert.Fail($"Not within {limit.TotalSeconds} s: {what}. {wrong}");
            }

            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(from);
    }

    /// <summary>Waits until <paramref name="look"/> says true.</summary>
    /// <returns>How long it took.</returns>
    public static Task<TimeSpan> UntilAsync(TimeSpan limit, string what, Func<Task<bool>> look) =>
        UntilAsync(limit, what, async () => await look() ? null : "");
}
