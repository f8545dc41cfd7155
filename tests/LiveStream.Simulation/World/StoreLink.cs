using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.Simulation.World;

/// <summary>
/// A process's way to the <see cref="MemoryStore"/>. A call takes its time to arrive and to be answered. On a folder it is the process itself
/// that does it, so that nothing is done by one that was killed and a frozen one does it when it goes on; a server does what has been
/// sent, whatever becomes of the sender. While the reading thread waits, a call is done at once, or not before the wait is over.
/// </summary>
internal sealed class StoreLink(SimulatedWorld world, ProcessClock clock) : ICheckpointStore
{
    private const int LongestWayMs = 30;
    private const int LongestWriteMs = 300;

    private readonly bool _isFolder = world.Scenario.StoreIsFolder;

    public string Description => "the memory of a simulated world";

    public Task<IdentityKey> IdentityKeyAsync() => Task.FromResult(new IdentityKey(new byte[IdentityKey.NewBytes], Created: false));

    public Task<RaisedEpoch> RaiseEpochAsync(int group) => CallAsync(store => store.Raise(group, clock), changes: true, LongestWayMs);

    public Task<IReadOnlyList<CheckpointName>> ListAsync(int group) => CallAsync(store => store.List(group), changes: false, LongestWayMs);

    public Task<ReadOnlySequence<byte>> ReadAsync(CheckpointName name) => CallAsync(store => store.Read(name), changes: false, LongestWriteMs);

    public Task<bool> WriteAsync(CheckpointName name, ReadOnlySequence<byte> content)
    {
        var bytes = content.ToArray();
        return CallAsync(
            store =>
            {
                var isTaken = store.Write(name, bytes, clock);
                world.Note(-1, $"checkpoint {name} of {bytes.Length} bytes is {(isTaken ? "durable" : "refused")}");
                return isTaken;
            },
            changes: true,
            world.Random.Next(8) == 0 ? LongestWriteMs * 10 : LongestWriteMs);
    }

    public Task SetAsideAsync(CheckpointName name) => CallAsync(
        store =>
        {
            store.SetAside(name);
            return true;
        },
        changes: true,
        LongestWayMs);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> CallAsync<T>(Func<MemoryStore, T> call, bool changes, int longestWayMs)
    {
        var store = world.Store;
        if (clock.IsBlocked && store.State != StoreState.Hung)
        {
            return Done(store, call, changes);
        }

        // Continues on the thread of the world, so that a world does the same every time.
        var done = new TaskCompletionSource<T>();
        world.Time.In(world.Random.Next(longestWayMs), () => store.Call(() =>
        {
            if (_isFolder)
            {
                clock.Do(Arrive);
            }
            else
            {
                Arrive();
            }
        }));
        return done.Task;

        void Arrive()
        {
            var result = Done(store, call, changes);
            clock.In(world.Random.Next(LongestWayMs), () =>
            {
                if (result.IsFaulted)
                {
                    done.TrySetException(result.Exception.InnerException!);
                }
                else
                {
                    done.TrySetResult(result.Result);
                }
            });
        }
    }

    private async Task<T> Done<T>(MemoryStore store, Func<MemoryStore, T> call, bool changes)
    {
        if (store.State == StoreState.Away)
        {
            throw new IOException("It is not there.");
        }

        var fails = store.State == StoreState.Full && changes;
        if (fails && world.Random.Next(4) > 0)
        {
            throw new IOException("There is no room.");
        }

        // Done, and yet the caller is told that it was not: the answer was lost, or the last flush failed.
        var result = call(store);
        return fails ? throw new IOException("It may have been done.") : result;
    }
}
