using Microsoft.Extensions.Logging;

namespace LiveStream.Simulation.World;

/// <summary>What the program says to its operator becomes part of the world's trace.</summary>
internal sealed class NotingLogger(SimulatedWorld world, int member) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => world.IsTraced && logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            world.Note(member, formatter(state, exception));
        }
    }
}
