using LiveStream.Ingest.Kafka;

namespace LiveStream.Simulation.World;

/// <summary>
/// Lets no more groups be restored at once than the recovery does itself, which would let others wait and go on, on threads of the pool, where it
/// would be chance who is first.
/// </summary>
internal sealed class RestoreGate(Func<int, CancellationToken, Task<GroupOrigin>> restore, FaultyWorld faulty)
{
    private const int AtOnce = 4;

    private readonly Queue<Action> _waiting = new();
    private int _inside;

    /// <summary>Restores a group, after those that came before.</summary>
    public Task<GroupOrigin> RestoreAsync(int group, CancellationToken gone)
    {
        var done = new TaskCompletionSource<GroupOrigin>();
        _waiting.Enqueue(() => _ = PassAsync(group, gone, done));
        LetIn();
        return done.Task;
    }

    private async Task PassAsync(int group, CancellationToken gone, TaskCompletionSource<GroupOrigin> done)
    {
        _inside++;
        try
        {
            var origin = await restore(group, gone).ConfigureAwait(false);
            done.TrySetResult(origin.Image is { } image ? origin with { Image = faulty.Restored(image) } : origin);
        }
        catch (OperationCanceledException)
        {
            done.TrySetCanceled(CancellationToken.None);
        }
        catch (Exception error)
        {
            done.TrySetException(error);
        }

        _inside--;
        LetIn();
    }

    private void LetIn()
    {
        if (_inside < AtOnce && _waiting.TryDequeue(out var pass))
        {
            pass();
        }
    }
}
