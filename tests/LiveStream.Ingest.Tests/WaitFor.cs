using System.Diagnostics;

namespace LiveStream.Ingest.Tests;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class WaitFor
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, () => what);

    /// <summary>Waits for a condition; what is said of a wait in vain is made up at its end.</summary>
    public static async Task TrueAsync(Func<bool> condition, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Deadline, watch.Elapsed < Deadline ? "" : $"waited in vain for {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }
}
