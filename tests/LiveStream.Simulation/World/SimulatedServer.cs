using LiveStream.Publish.Redis;
using StackExchange.Redis;

namespace LiveStream.Simulation.World;

/// <summary>What a server does with what is sent to it.</summary>
internal enum ServerState
{
    /// <summary>It answers.</summary>
    Up,

    /// <summary>It takes connections and commands and answers when it goes on: paused, stopped, or behind a dead network.</summary>
    Hung,

    /// <summary>It is not there.</summary>
    Down,
}

/// <summary>
/// The one Redis of a world: its keys, whether it is there, and the way to it. A command takes its time to arrive and its reply to
/// return; commands of one connection are run in their order; what has been sent arrives even when the sender is dead.
/// </summary>
internal sealed class SimulatedServer(VirtualTime time, Random random, MemoryRedis keys)
{
    private const int LongestWayMs = 30;

    private readonly List<SimulatedLink> _links = [];
    private readonly Queue<Action> _waiting = new();

    /// <summary>Its keys.</summary>
    public MemoryRedis Keys => keys;

    /// <summary>Whether clients know that it is a cluster, if it is one.</summary>
    public bool SaysItIsCluster { get; init; }

    /// <summary>Whether it is there.</summary>
    public ServerState State { get; private set; }

    /// <summary>Who sent the command that is being run.</summary>
    public ProcessClock? Sender { get; private set; }

    /// <summary>A new connection; null when there is nobody who would answer.</summary>
    public SimulatedLink? Connect(ProcessClock client)
    {
        if (State != ServerState.Up)
        {
            return null;
        }

        var link = new SimulatedLink(this, client);
        _links.Add(link);
        return link;
    }

    /// <summary>Dies, or goes on where it was; whether it forgot its keys is a matter of <see cref="MemoryRedis.Flush"/>.</summary>
    public void Become(ServerState state)
    {
        State = state;
        if (state == ServerState.Down)
        {
            _waiting.Clear();
            _links.ForEach(link => link.Break());
            _links.Clear();
        }

        while (state == ServerState.Up && _waiting.TryDequeue(out var command))
        {
            command();
        }
    }

    /// <summary>Brings a command to the server and its reply back.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="run">What the server does.</param>
    /// <param name="reply">What the caller does with the reply, if his connection still stands.</param>
    public void Send<T>(SimulatedLink link, Func<MemoryRedis, T> run, Action<Task<T>> reply)
    {
        link.ArrivesMs = Math.Max(link.ArrivesMs, time.NowMs + random.Next(LongestWayMs));
        time.At(link.ArrivesMs, Arrive);

        void Arrive()
        {
            if (State == ServerState.Hung)
            {
                _waiting.Enqueue(Arrive);
            }
            else if (State == ServerState.Up && !link.IsBroken)
            {
                Sender = link.Client;
                var result = Run(run);
                time.In(random.Next(LongestWayMs), () =>
                {
                    if (!link.IsBroken)
                    {
                        reply(result);
                    }
                });
            }
        }
    }

    // What it refuses is a reply as well.
    private Task<T> Run<T>(Func<MemoryRedis, T> run)
    {
        try
        {
            return Task.FromResult(run(keys));
        }
        catch (RedisServerException refused)
        {
            return Task.FromException<T>(refused);
        }
    }
}

/// <summary>A connection of a process, as long as it lasts. The publisher's code sees its <see cref="Redis"/>.</summary>
internal sealed class SimulatedLink
{
    private readonly SimulatedServer _server;
    private readonly ProcessClock _client;
    private readonly List<Action> _waiting = [];

    public SimulatedLink(SimulatedServer server, ProcessClock client)
    {
        _server = server;
        _client = client;
        Redis = new RedisLink(null!, MemoryDatabase.Over(this)) { IsCluster = server.SaysItIsCluster };
    }

    /// <summary>What the publisher calls; it never asks for the client's multiplexer.</summary>
    public RedisLink Redis { get; }

    /// <summary>Whose it is.</summary>
    public ProcessClock Client => _client;

    /// <summary>When the last command that was sent arrives.</summary>
    public long ArrivesMs { get; set; }

    /// <summary>The server has gone, or the client has given it up: nobody hears replies any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>A call of the client.</summary>
    public Task<T> CallAsync<T>(Func<MemoryRedis, T> run)
    {
        if (IsBroken)
        {
            return Task.FromException<T>(new IOException("The server is gone."));
        }

        // Continues on the thread of the world, so that a world does the same every time.
        var done = new TaskCompletionSource<T>();
        _waiting.Add(() => done.TrySetException(new IOException("The server has gone.")));
        _server.Send(this, run, result => _client.Do(() => done.TrySetFromTask(result)));
        return done.Task;
    }

    /// <summary>The server dies, or the client gives it up: whoever waits for a reply is told.</summary>
    public void Break()
    {
        IsBroken = true;
        foreach (var tell in _waiting.ToArray())
        {
            _client.Do(tell);
        }

        _waiting.Clear();
    }
}
