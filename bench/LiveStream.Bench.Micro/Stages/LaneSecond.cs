using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Micro.Samples;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// What a lane does in a second: takes the events in, sorts them, finds their sessions, applies every operator, closes the hop, fills the
/// snapshots. Per second of event time.
/// </summary>
public class LaneSecond
{
    private SecondOfW1 _second = null!;

    /// <summary>Which rooms: W1's largest (18,000 events), a small one (50), all 1,000 (100,000).</summary>
    [Params("largest room", "small room", "all rooms")]
    public string Rooms { get; set; } = "all rooms";

    /// <summary>Makes the second.</summary>
    [GlobalSetup]
    public void Setup() => _second = Rooms switch
    {
        "largest room" => new SecondOfW1(events: 18_000, rooms: 1, viewers: 180_000),
        "small room" => new SecondOfW1(events: 50, rooms: 1, viewers: 500),
        _ => new SecondOfW1(events: 100_000, rooms: 1000, viewers: 1_000_000),
    };

    /// <summary>Queues the next second; not measured.</summary>
    [IterationSetup]
    public void Feed() => _second.FeedNext();

    /// <summary>The lane works it off.</summary>
    [Benchmark]
    public void Settle() => _second.Settle();

    /// <summary>Ends the lane.</summary>
    [GlobalCleanup]
    public void Cleanup() => _second.End();
}
