using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Micro.Samples;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>As <see cref="SessionApply"/>, for a room of 50 events a second: what a hop costs where there is little to apply. Per second of the room.</summary>
public class SmallRoomApply
{
    private const int Events = 50;
    private const int Viewers = 500;

    private SecondOfRoom _room = null!;

    /// <summary>Opens the session.</summary>
    [GlobalSetup]
    public void Setup() => _room = new SecondOfRoom(Events, Viewers);

    /// <summary>Applies a second.</summary>
    [Benchmark]
    public void Apply() => _room.ApplyNext();
}
