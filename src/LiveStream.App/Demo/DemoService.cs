using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Demo;

/// <summary>
/// Runs the demo's traffic as a service of the host, registered before the line: the evening so far lies in Kafka, with lag, before
/// the first record is read, so that no partition counts as idle while it is filled.
/// </summary>
internal sealed class DemoService(DemoTraffic traffic, IHostApplicationLifetime lifetime, ILogger<DemoService> log) : IHostedLifecycleService
{
    private readonly CancellationTokenSource stop = new();
    private Task sending = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        sending = SendAsync();
        await Task.WhenAny(traffic.CaughtUp, sending).WaitAsync(cancellationToken);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        await sending;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SendAsync()
    {
        try
        {
            await traffic.RunAsync(stop.Token);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            log.LogCritical("The simulator has stopped: {Reason}", e.GetBaseException().Message);
            lifetime.StopApplication();
        }
    }
}
