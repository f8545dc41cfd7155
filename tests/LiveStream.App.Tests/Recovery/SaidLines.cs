using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Tests.Recovery;

/// <summary>Remembers what was logged at information and above.</summary>
internal sealed class SaidLines : ILogger
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Channel<string> coming = Channel.CreateUnbounded<string>();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var line = $"{logLevel}: {formatter(state, exception)}";
            lines.Enqueue(line);
            coming.Writer.TryWrite(line);
        }
    }

    public int Count(string part) => lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    /// <summary>Waits until something is said.</summary>
    public async Task SaidAsync(string part)
    {
        await foreach (var line in coming.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
