using LiveStream.App.Simulate;
using LiveStream.Metrics.Events;
using LiveStream.Screen;

namespace LiveStream.App.Demo;

/// <summary>
/// The simulator's part of the demo: an evening that began 25 minutes ago, sent as fast as Kafka takes it up to now and in real time
/// from then on; 15 s after the start the first room explains a product. Knows its own counts. Run by <see cref="DemoService"/>.
/// </summary>
internal sealed class DemoTraffic : IDisposable
{
    private const int MinutesBefore = 25;
    private const int ExplainAfterMs = 15_000;

    private readonly TimeProvider time;
    private readonly SimulationOptions options;
    private readonly TruthLedger truth;
    private readonly KafkaSink sink;
    private readonly Dictionary<string, int> roomOf;
    private readonly long startedMs;
    private readonly TaskCompletionSource caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long sentUntilMs;

    public DemoTraffic(string bootstrapServers, int rooms, ulong seed, TimeProvider time)
    {
        this.time = time;
        startedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        options = SimulationOptions.For(Workload.Show) with
        {
            Seed = seed,
            Rooms = rooms,
            StartMs = startedMs - (MinutesBefore * 60_000L),
            ExplainAtMs = startedMs + ExplainAfterMs,
        };
        truth = new TruthLedger(options);
        roomOf = Enumerable.Range(0, rooms).ToDictionary(RoomId);

        // The embedded Kafka keeps 5 MiB a partition, as compressed as it came.
        var kafka = new KafkaSinkOptions(bootstrapServers, KafkaSinkOptions.DefaultTopics)
        {
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["compression.type"] = "gzip", ["batch.size"] = "1000000" },
        };
        sink = new KafkaSink(options, kafka, truth);
    }

    /// <summary>Ends when everything up to the start of the demo has been handed to Kafka.</summary>
    public Task CaughtUp => caughtUp.Task;

    /// <summary>Events made so far.</summary>
    public long Made => truth.Read;

    /// <summary>Sends until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => sink.RunAsync(EventSources.Create(options), time, Note, cancellation);

    /// <summary>What the simulator knows of a room's session, or null when it does not have the room.</summary>
    public DemoTruth? TruthOf(string room)
    {
        if (!roomOf.TryGetValue(room, out var index))
        {
            return null;
        }

        var known = truth.Rooms[index];
        var events = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var type = 0; type < EventTypes.ViewerCount; type++)
        {
            if (known.Events[type] > 0)
            {
                events[EventTypes.Name((EventType)type)] = known.Events[type];
            }
        }

        return new DemoTruth(events, known.GmvMinor, known.Events[(int)EventType.Payment], Volatile.Read(ref sentUntilMs));
    }

    public void Dispose() => sink.Dispose();

    private static string RoomId(int room) => System.Text.Encoding.UTF8.GetString(SimulatedEventJson.RoomId(room));

    private void Note(SimulationProgress progress)
    {
        Volatile.Write(ref sentUntilMs, progress.SendMs);
        if (progress.SendMs >= startedMs)
        {
            caughtUp.TrySetResult();
        }
    }
}
