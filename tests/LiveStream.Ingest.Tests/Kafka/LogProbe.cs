using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>Remembers what was logged at information and above.</summary>
internal sealed class LogProbe : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
        }
    }

    public int Count(string part) => _lines.Count(line => line.Contains(part, StringComparison.Ordinal));
}
