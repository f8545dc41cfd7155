using System.Text.Json;
using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Integration.Bench;

/// <summary>The load program as a user starts it, tiny, on a Kafka and a Redis that it starts itself.</summary>
[Collection(TimedTests.Name)]
public sealed class LoadProgramTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly string Program = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "publish", "LiveStream.Bench.Load", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "LiveStream.Bench.Load.dll"));

    [Fact]
    public async Task Rows_on_a_real_kafka_and_redis_find_the_known_answer()
    {
        SkipWithoutServers();
        using var folder = new TemporaryFolder();
        var json = folder.File("rows.json");
        await RunAsync(folder, "--rows", "C,C50,consume,consume50,redis", "--events", "50000", "--rooms", "50", "--viewers", "5000", "--rate", "5000", "--lanes", "2", "--repeat", "1", "--json", json);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken));
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(["C", "C50", "consume", "consume50", "redis"], rows.Select(row => row.GetProperty("row").GetString()));
        Assert.All(rows, row => Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (row.GetProperty("wrong").ValueKind, row.GetProperty("skipped").ValueKind)));
    }

    [Fact]
    public async Task Latency_is_measured_between_the_real_programs()
    {
        SkipWithoutServers();
        using var folder = new TemporaryFolder();
        await RunAsync(folder, "latency", "--rates", "500", "--seconds", "4", "--warm", "6", "--rooms", "20", "--viewers", "1000", "--results", folder.Path);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Directory.GetFiles(folder.Path, "*-latency-*.json").Single(), TestContext.Current.CancellationToken));
        var load = Assert.Single(document.RootElement.GetProperty("loads").EnumerateArray());
        Assert.Equal(0, load.GetProperty("unseen").GetInt32());
        Assert.Equal(16 * 80, load.GetProperty("live").GetProperty("count").GetInt32());
        Assert.InRange(load.GetProperty("settled").GetProperty("count").GetInt32(), 1, 1000);
        Assert.Single(Directory.GetFiles(folder.Path, "*-latency-*.svg"));
    }

    [Fact]
    public async Task Growth_is_measured_in_processes_of_its_own_and_drawn()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder, "growth", "--scale", "0.001", "--axes", "Lanes", "--results", folder.Path);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Directory.GetFiles(folder.Path, "*-growth.json").Single(), TestContext.Current.CancellationToken));
        var points = document.RootElement.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("row")).ToList();
        Assert.Equal([1, 2, 4, 8, 10], points.Select(row => row.GetProperty("lanes").GetInt32()));
        Assert.All(points, row => Assert.Equal((JsonValueKind.Null, 6000), (row.GetProperty("wrong").ValueKind, row.GetProperty("events").GetInt64())));
        Assert.Single(Directory.GetFiles(folder.Path, "*-growth.svg"));
    }

    private static void SkipWithoutServers()
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
    }

    private static async Task RunAsync(TemporaryFolder folder, params string[] arguments)
    {
        await using var program = ChildProgram.Start("dotnet", ["exec", Program, .. arguments], environment: null, folder.Path);
        var code = await program.ExitAsync(Limit);
        Assert.True(code == 0, $"The load program ended with {code}.\n{program.Said()}");
    }
}
