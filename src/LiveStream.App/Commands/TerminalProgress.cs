using Spectre.Console;

namespace LiveStream.App.Commands;

/// <summary>A bar on stderr while something long runs, where stderr is a terminal; nothing at all where it is not.</summary>
internal static class TerminalProgress
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Shows how far <paramref name="work"/> is until it ends; throws what it threw.</summary>
    /// <param name="name">Beside the bar.</param>
    /// <param name="work">What runs.</param>
    /// <param name="done">Share done, 0..1; asked for from another thread.</param>
    /// <param name="time">Clock of the refresh.</param>
    public static async Task ShowAsync(string name, Task work, Func<double> done, TimeProvider time)
    {
        if (!Console.IsErrorRedirected)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            await console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    var bar = context.AddTask(name, maxValue: 1);
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
