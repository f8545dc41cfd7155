using System.Buffers;
using LiveStream.Publish.Redis;

namespace LiveStream.Simulation.World;

/// <summary>
/// What stands where the publisher's loops stand: takes rooms from its queues, has its writer write them over a simulated connection, makes a
/// new connection when one fails, and calls what its timer calls. The steps are the publisher's own, only when they happen is chance.
/// </summary>
internal sealed class SimulatedWriters(SimulatedWorld world, ProcessClock clock, RedisPublisher publisher)
{
    private const int ReconnectEveryMs = 250;
    private const int LongestWaitMs = 40;
    private const int IndexEveryMs = 500;

    private readonly List<(RoomMailbox Mailbox, bool IsLive)> _queued = [];
    private readonly ArrayBufferWriter<byte> _scratch = new(1024);
    private SimulatedLink? _link;
    private long _failed;
    private bool _writing;

    /// <summary>Calls that have not returned.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Whether everything that was queued has been written.</summary>
    public bool IsDone => _queued.Count == 0 && UnderWay == 0;

    /// <summary>Connects and begins to serve the timer.</summary>
    public void Start()
    {
        Connect();
        Serve();
        clock.In(IndexEveryMs, KeepIndex);
    }

    /// <summary>Takes what lanes and timer have queued; rooms in their order, since lanes queue side by side.</summary>
    public void Collect()
    {
        var from = _queued.Count;
        while (publisher.Writer.SettledQueue.TryRead(out var mailbox))
        {
            _queued.Add((mailbox, false));
        }

        while (publisher.Writer.LiveQueue.TryRead(out var mailbox))
        {
            _queued.Add((mailbox, true));
        }

        _queued.Sort(from, _queued.Count - from, Comparer<(RoomMailbox Mailbox, bool IsLive)>.Create(static (a, b) =>
            string.CompareOrdinal(a.Mailbox.Room, b.Mailbox.Room) is var order && order != 0 ? order : a.IsLive.CompareTo(b.IsLive)));
        if (_queued.Count > 0 && !_writing)
        {
            _writing = true;
            clock.In(world.Random.Next(LongestWaitMs), Write);
        }
    }

    /// <summary>The process is no more.</summary>
    public void End() => _link = null;

    private void Write()
    {
        _writing = false;
        if (_link is not { } link)
        {
            return;
        }

        var taken = _queued.ToArray();
        _queued.Clear();
        var writer = publisher.Writer;
        foreach (var (mailbox, _) in taken.Where(static queued => !queued.IsLive))
        {
            UnderWay++;
            _ = WatchAsync(writer.WriteSettledAsync(link.Redis, mailbox), link);
        }

        foreach (var together in taken.Where(static queued => queued.IsLive).Select(static queued => queued.Mailbox).Chunk(world.Random.Next(1, RoomWriter.LiveRoomsPerCall)))
        {
            UnderWay++;
            _ = WatchAsync(writer.WriteLiveAsync(link.Redis, together), link);
        }

        Collect();
    }

    private async Task WatchAsync(Task write, SimulatedLink link)
    {
        try
        {
            await write;
        }
        catch (Exception error)
        {
            world.Fail($"A write threw {error}");
        }

        UnderWay--;
        if (publisher.Meter.Failed > _failed)
        {
            _failed = publisher.Meter.Failed;
            Lost(link);
        }

        Collect();
    }

    private void Lost(SimulatedLink link)
    {
        if (ReferenceEquals(link, _link))
        {
            _link = null;
            clock.In(world.Random.Next(ReconnectEveryMs), Connect);
        }

        link.Break();
    }

    private void Connect()
    {
        _link = world.Server.Connect(clock);
        if (_link is null)
        {
            clock.In(ReconnectEveryMs, Connect);
            return;
        }

        publisher.CheckAll();
        Collect();
    }

    private void KeepIndex()
    {
        if (_link is not { } link)
        {
            clock.In(IndexEveryMs, KeepIndex);
            return;
        }

        _ = KeepIndexAsync(link);
    }

    private async Task KeepIndexAsync(SimulatedLink link)
    {
        try
        {
            await publisher.Index.KeepAsync(
                link.Redis, () => publisher.Mailboxes.OrderBy(static mailbox => mailbox.Room, StringComparer.Ordinal), publisher.Finish);
        }
        catch (Exception error)
        {
            world.Fail($"The list of rooms threw {error}");
        }

        clock.In(IndexEveryMs, KeepIndex);
    }

    private void Serve()
    {
        publisher.Restamp(_scratch);
        if (world.Random.Next(3) == 0)
        {
            publisher.RetryAndMeasure();
        }

        Collect();
        clock.In(world.Random.Next(100, 500), Serve);
    }
}
