using System.Reflection;
using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Micro.Stages;

namespace LiveStream.App.Tests.Bench;

[Collection(nameof(MeasuredAlone))]
public sealed class MicroTests
{
    public static TheoryData<string> Stages { get; } =
        [.. typeof(Decoding).Assembly.GetExportedTypes().Where(type => BenchmarksOf(type).Any()).Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Stages))]
    public void EachBenchmarkRunsTwiceAndChecksItsAnswer(string stage)
    {
        var type = typeof(Decoding).Assembly.GetType(stage, throwOnError: true)!;
        var benchmark = Activator.CreateInstance(type)!;
        Call(benchmark, typeof(GlobalSetupAttribute));
        foreach (var method in BenchmarksOf(type))
        {
            for (var i = 0; i < 2; i++)
            {
                Call(benchmark, typeof(IterationSetupAttribute));
                method.Invoke(benchmark, null);
            }
        }

        Call(benchmark, typeof(GlobalCleanupAttribute));
    }

    [Theory]
    [InlineData(nameof(Decoding))]
    [InlineData(nameof(Intake))]
    [InlineData(nameof(ViewerLookup))]
    [InlineData(nameof(SnapshotWriting))]
    [InlineData(nameof(EventOrdering))]
    [InlineData(nameof(WindowSlide))]
    [InlineData(nameof(ProductRanking))]
    public void TheStageAllocatesNothingInSteadyState(string stage)
    {
        var type = typeof(Decoding).Assembly.GetExportedTypes().Single(t => t.Name == stage);
        var benchmark = Activator.CreateInstance(type)!;
        Call(benchmark, typeof(GlobalSetupAttribute));
        foreach (var run in BenchmarksOf(type).Select(method => method.CreateDelegate<Action>(benchmark)))
        {
            run();
            Call(benchmark, typeof(IterationSetupAttribute));
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Call(benchmark, typeof(GlobalCleanupAttribute));
    }

    [Fact]
    public void EveryStageOfTheLineHasItsBenchmark() => Assert.Superset(
        new HashSet<string> { "Decoding", "Intake", "LaneSecond", "SnapshotWriting", "ViewerLookup", "EventOrdering", "WindowSlide", "ProductRanking" },
        Stages.Select(row => row.Data.Split('.')[^1]).ToHashSet());

    private static IEnumerable<MethodInfo> BenchmarksOf(Type type) => type.GetMethods().Where(method => method.IsDefined(typeof(BenchmarkAttribute)));

    private static void Call(object benchmark, Type attribute)
    {
        foreach (var method in benchmark.GetType().GetMethods().Where(method => method.IsDefined(attribute)))
        {
            method.Invoke(benchmark, null);
        }
    }
}
