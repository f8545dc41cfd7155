using Spectre.Console;

namespace LiveStream.App.Replay;

/// <summary>A bar on stderr while a replay runs, where stderr is a terminal; nothing at all where it is not.</summary>
internal static class ReplayProgress
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Shows how far <paramref name="work"/> is until it ends; throws what it threw.</summary>
    /// <param name="work">The running replay.</param>
    /// <param name="done">Bytes read so far.</param>
    /// <param name="total">Bytes to read.</param>
    /// <param name="time">Clock of the refresh.</param>
    public static async Task ShowAsync(Task work, Func<long> done, long total, TimeProvider time)
    {
        if (!Console.IsErrorRedirected)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            await console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    var bar = context.AddTask("replay", maxValue: Math.Max(1, total));
                    using var timer = new PeriodicTimer(RefreshEvery, time);
                    while (!work.IsCompleted)
                    {
                        await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
                        bar.Value = done();
                    }
                });
        }

        await work;
    }
}
