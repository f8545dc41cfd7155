using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Micro.Samples;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// One settled second of a room through every operator: admit, close the second before, apply. Per event, in W1's largest room.
/// </summary>
public class SessionApply
{
    private const int Events = 18_000;
    private const int Viewers = 180_000;

    private SecondOfRoom _room = null!;

    /// <summary>Opens the session.</summary>
    [GlobalSetup]
    public void Setup() => _room = new SecondOfRoom(Events, Viewers);

    /// <summary>Applies a second.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Apply() => _room.ApplyNext();
}
