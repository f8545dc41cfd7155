using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace LiveStream.Publish;

/// <summary>
/// The mailbox of one screen that follows one room. <see cref="RoomBoard"/> posts and never waits; one reader takes.
/// It holds at most <see cref="SnapshotCapacity"/> snapshots and one live message: a reader that falls behind finds the
/// newest snapshot only, and sees the gap by its sequence number.
/// </summary>
public sealed class RoomSubscription
{
    /// <summary>Snapshots that wait before the newest replaces them all.</summary>
    public const int SnapshotCapacity = 4;

    private readonly Lock gate = new();
    private readonly Queue<RoomMessage> snapshots = new(SnapshotCapacity);
    private readonly Channel<bool> arrivals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private RoomMessage? live;
    private long replaced;

    internal RoomSubscription(string room) => Room = room;

    /// <summary>The room that is followed.</summary>
    public string Room { get; }

    /// <summary>Snapshots that a newer one replaced before they were taken.</summary>
    public long Replaced => Interlocked.Read(ref replaced);

    /// <summary>
    /// Waits until something may be taken. False when the room has left the board and everything was taken: the end.
    /// </summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!await arrivals.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        arrivals.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Takes the oldest waiting message, snapshots before the live message that follows them.</summary>
    public bool TryTake([NotNullWhen(true)] out RoomMessage? message)
    {
        lock (gate)
        {
            if (snapshots.TryDequeue(out RoomMessage snapshot))
            {
                message = snapshot;
                return true;
            }

            message = live;
            live = null;
            return message is not null;
        }
    }

    internal void Post(in RoomMessage message)
    {
        lock (gate)
        {
            if (message.Kind == RoomMessageKind.Live)
            {
                live = message;
            }
            else
            {
                if (snapshots.Count == SnapshotCapacity)
                {
                    Interlocked.Add(ref replaced, snapshots.Count);
                    snapshots.Clear();
                }

                snapshots.Enqueue(message);
                live = null;
            }
        }

        arrivals.Writer.TryWrite(true);
    }

    internal void End() => arrivals.Writer.TryComplete();
}
