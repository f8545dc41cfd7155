using System.Text;
using LiveStream.App.Replay;

namespace LiveStream.App.Tests.Replay;

public sealed class SnapshotLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Lines_come_by_time_then_room_then_session_then_start()
    {
        using var log = new SnapshotLog(2, SpillPath);
        var one = log.OpenLane(0);
        var two = log.OpenLane(1);
        Add(two, 2000, "a", "s", 5);
        Add(one, 1000, "b", "s", 5);
        Add(one, 1000, "a", "t", 1);
        Add(two, 1000, "a", "s", 9);
        Add(two, 1000, "a", "s", 5);
        Assert.Equal(["1000/a/s/5", "1000/a/s/9", "1000/a/t/1", "1000/b/s/5", "2000/a/s/5"], Lines(log));
    }

    [Fact]
    public void Rooms_are_ordered_by_bytes_of_UTF8()
    {
        using var log = new SnapshotLog(1, SpillPath);
        var lane = log.OpenLane(0);

        // U+10000 comes after U+FFFF in UTF-8 and before it in UTF-16.
        Add(lane, 1000, "\U00010000", "s", 1);
        Add(lane, 1000, "\uffff", "s", 1);
        Assert.Equal(["1000/\uffff/s/1", "1000/\U00010000/s/1"], Lines(log));
    }

    [Theory]
    [InlineData(1 << 30)]
    [InlineData(8192)]
    [InlineData(0)]
    public void Whatever_memory_allows_the_order_is_the_same(long memoryBytes)
    {
        using var log = new SnapshotLog(SpillPath, memoryBytes, runBytes: 1024);
        SnapshotLane[] lanes = [log.OpenLane(0), log.OpenLane(1), log.OpenLane(2)];
        var random = new Random(42);
        var expected = new List<(long Time, string Room, string Session, long Start)>();
        for (var i = 0; i < 3000; i++)
        {
            var entry = (Time: random.Next(50) * 1000L, Room: $"room{random.Next(20)}", Session: $"s{random.Next(2)}", Start: (long)i);
            expected.Add(entry);
            Add(lanes[random.Next(3)], entry.Time, entry.Room, entry.Session, entry.Start);
        }

        var lines = expected.OrderBy(e => e.Time).ThenBy(e => e.Room, StringComparer.Ordinal).ThenBy(e => e.Session, StringComparer.Ordinal).ThenBy(e => e.Start)
            .Select(e => $"{e.Time}/{e.Room}/{e.Session}/{e.Start}");
        Assert.Equal(lines, Lines(log));
        Assert.Equal(memoryBytes < 1 << 20, log.SpilledRuns > 0);
    }

    [Fact]
    public void A_snapshot_larger_than_a_run_is_kept_whole()
    {
        using var log = new SnapshotLog(SpillPath, 0, runBytes: 1024);
        var lane = log.OpenLane(0);
        var large = new string('x', 300_000);
        lane.Add(new SnapshotKey(2000, "a"u8, "s"u8, 1), Encoding.UTF8.GetBytes(large));
        Add(lane, 1000, "a", "s", 1);
        Assert.Equal(["1000/a/s/1", large], Lines(log));
    }

    [Fact]
    public void Temporary_files_are_gone_at_the_end()
    {
        using (var log = new SnapshotLog(SpillPath, 0, runBytes: 64))
        {
            var lane = log.OpenLane(0);
            for (var i = 0; i < 100; i++)
            {
                Add(lane, 1000 * i, "a", "s", 1);
            }

            Assert.NotEmpty(Directory.EnumerateFiles(folder.Path));
            Assert.Equal(100, Lines(log).Length);
        }

        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void Output_appears_only_when_it_is_whole()
    {
        var path = folder.Write("out.jsonl", "before");
        using (var broken = OutputFile.Create(path))
        {
            broken.Stream.Write("half"u8);
        }

        Assert.Equal("before", File.ReadAllText(path));
        using (var whole = OutputFile.Create(path))
        {
            whole.Stream.Write("whole"u8);
            whole.Commit();
        }

        Assert.Equal("whole", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFiles(folder.Path));
    }

    public void Dispose() => folder.Dispose();

    private string SpillPath(int lane) => Path.Combine(folder.Path, $"lane{lane}");

    private static void Add(SnapshotLane lane, long time, string room, string session, long start) => lane.Add(
        new SnapshotKey(time, Encoding.UTF8.GetBytes(room), Encoding.UTF8.GetBytes(session), start),
        Encoding.UTF8.GetBytes($"{time}/{room}/{session}/{start}"));

    private static string[] Lines(SnapshotLog log)
    {
        using var output = new MemoryStream();
        log.WriteTo(output);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
