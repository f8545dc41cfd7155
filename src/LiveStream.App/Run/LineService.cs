using LiveStream.App.Commands;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Run;

/// <summary>
/// The line as a service of the host: begins once the screen listens (so that a taken port is found before Kafka is touched), ends the
/// process when a stage fails, drains when the host stops.
/// </summary>
internal sealed class LineService(Line line, IHostApplicationLifetime lifetime, ILogger<LineService> log) : IHostedLifecycleService
{
    private Task watch = Task.CompletedTask;
    private bool stopping;

    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Done;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        line.Start();
        watch = WatchAsync();
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref stopping, true);
        try
        {
            await line.DrainAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What hangs is left to the end of the process: nothing is waited for any more.
            Fail(new FailureException("The line did not drain in time; what was not written is written after the next start."));
            return;
        }
        catch (Exception e) when (ExitCode == ExitCodes.Done)
        {
            Fail(e);
        }
        catch (Exception e)
        {
            // The failure that ended the process has been told; what follows from it is detail.
            log.LogDebug(e, "Draining after a failure");
        }

        await watch;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WatchAsync()
    {
        try
        {
            await line.AnyEnded();
            if (!Volatile.Read(ref stopping))
            {
                Fail(new FailureException("A stage of the line ended by itself."));
            }
        }
        catch (Exception e)
        {
            if (!Volatile.Read(ref stopping))
            {
                Fail(e);
            }
        }

        lifetime.StopApplication();
    }

    private void Fail(Exception e)
    {
        ExitCode = ExitCodes.Failed;
        log.LogCritical("{Reason}", ((e as AggregateException)?.Flatten().InnerException ?? e).Message);
    }
}
