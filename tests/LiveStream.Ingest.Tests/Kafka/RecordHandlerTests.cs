using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Ingest.Tests.Kafka;

[Collection(nameof(MeasuredAlone))]
public sealed class RecordHandlerTests : IAsyncDisposable
{
    private const int Partitions = 4;

    private readonly EngineProbe _probe = new();
    private readonly LogProbe _log = new();

    public ValueTask DisposeAsync() => _probe.DisposeAsync();

    [Fact]
    public void An_event_in_its_rooms_partition_is_added() => Assert.Equal("", Handle("r1", Like("r1"), Home("r1")));

    [Fact]
    public void Another_room_than_the_key_is_rejected_alone() =>
        Assert.Equal("key", Handle("r1", $"[{Like("r1")},{Like("r2")},{Like("r1")}]", Home("r1"), added: 2));

    [Fact]
    public void Another_partition_than_the_keys_is_rejected() => Assert.Equal("key", Handle("r1", Like("r1"), (Home("r1") + 1) % Partitions));

    [Fact]
    public void No_key_is_rejected() => Assert.Equal("key", Handle("", Like("r1"), Home("r1")));

    [Fact]
    public void Nothing_is_checked_when_unchecked() =>
        Assert.Equal("", Handle("", Like("r1"), (Home("r1") + 1) % Partitions, kind: PartitionerKind.Unchecked));

    [Fact]
    public void A_broken_event_is_rejected_for_what_it_is_before_its_key() => Assert.Equal("json", Handle("r2", "{\"room\":", 0));

    [Fact]
    public void An_empty_record_is_one_rejected_event() => Assert.Equal("json", Handle("r1", "", Home("r1")));

    [Theory]
    [InlineData(1_000_000 - 60_000, "")]
    [InlineData(1_000_000 - 60_001, "future")]
    [InlineData(GroupIntake.NoTimestamp, "")]
    public void More_than_a_minute_ahead_of_the_record_is_rejected(long recordMs, string expected) =>
        Assert.Equal(expected, Handle("r1", Like("r1", 1_000_000), Home("r1"), timestampMs: recordMs));

    [Fact]
    public void The_key_is_judged_before_the_future() =>
        Assert.Equal("key", Handle("r2", Like("r1", 1_000_000), Home("r2"), timestampMs: 1));

    [Fact]
    public void Records_of_another_partitioner_are_named_once()
    {
        var handler = Handler(PartitionerKind.Murmur2);
        var intake = _probe.Engine.OpenGroup(0, 1);
        for (var i = 0; i < 200; i++)
        {
            var key = Samples.Utf8($"room-{i}");
            var place = new RecordPlace(0, Partitioner.PartitionOf(PartitionerKind.Crc32, key, Partitions), i);
            handler.Handle(intake, place, GroupIntake.NoTimestamp, key, Samples.Utf8(Like($"room-{i}")), 0);
        }

        Assert.Contains("Set Kafka:Partitioner to crc32", Assert.Single(_log.Lines));
        Assert.Equal(PartitionerKind.Crc32, handler.Evidence.Fitting);
    }

    [Fact]
    public async Task Full_dead_letters_stop_a_record_where_it_is_and_nothing_is_lost_or_doubled()
    {
        var options = new KafkaOptions { Topics = [new("t", [EventType.Like])], DeadLetterTopic = "dead", BootstrapServers = "127.0.0.1:1" };
        using var letters = new DeadLetters(options, TimeProvider.System, _log);
        var handler = new RecordHandler(options, Partitions, Samples.Pseudonym, letters, _log);
        var intake = _probe.Engine.OpenGroup(0, 1);
        var bad = Samples.Utf8(string.Concat(Enumerable.Repeat(Like("r1") + "\nx\n", DeadLetters.MaxWaiting + 10)));
        var next = handler.Handle(intake, new RecordPlace(0, Home("r1"), 0), GroupIntake.NoTimestamp, "r1"u8, bad, 0);
        Assert.Equal((2 * DeadLetters.MaxWaiting) + 1, next);
        Assert.True(letters.IsFull);
        Assert.Equal(next, handler.Handle(intake, new RecordPlace(0, Home("r1"), 0), GroupIntake.NoTimestamp, "r1"u8, bad, next));
        intake.EndPartition(0);
        intake.Flush(TestContext.Current.CancellationToken);
        await _probe.Engine.CompleteAsync();
        Assert.Equal((next, DeadLetters.MaxWaiting), (_probe.Engine.Counters.Read, _probe.Engine.Counters.Rejected));
    }

    [Fact]
    public void Handling_good_records_allocates_nothing()
    {
        var handler = Handler(PartitionerKind.Murmur2);
        var intake = _probe.Engine.OpenGroup(0, 1);
        var home = Home("r1");
        void Run(byte[] value, int records)
        {
            for (var i = 0; i < records; i++)
            {
                handler.Handle(intake, new RecordPlace(0, home, i), 1_000_000, "r1"u8, value, 0);
            }
        }

        // All but the first are late, so that no batch is filled: those are the pipeline's.
        Run(Samples.Utf8(Like("r1", 1_000_000)), 1);
        var late = Samples.Utf8(Like("r1", 1));
        Run(late, 1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(late, 1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Home(string room) => Partitioner.PartitionOf(PartitionerKind.Murmur2, Samples.Utf8(room), Partitions);

    private static string Like(string room, long timeMs = 1000) => $$"""{"room":"{{room}}","ts":{{timeMs}},"user":"u1"}""";

    private RecordHandler Handler(PartitionerKind kind) =>
        new(new KafkaOptions { Topics = [new("t", [EventType.Like])], Partitioner = kind }, Partitions, Samples.Pseudonym, null, _log);

    private string Handle(
        string key, string value, int partition, long timestampMs = GroupIntake.NoTimestamp, PartitionerKind kind = PartitionerKind.Murmur2, int added = -1)
    {
        var intake = _probe.Engine.OpenGroup(0, 1);
        var next = Handler(kind).Handle(intake, new RecordPlace(0, partition, 7), timestampMs, Samples.Utf8(key), Samples.Utf8(value), 0);
        Assert.Equal(RecordHandler.Complete, next);
        var rejected = _probe.Engine.RejectedByReason.Select((count, reason) => (count, reason)).Where(entry => entry.count > 0).ToArray();
        var read = _probe.Engine.Counters.Read;
        Assert.Equal(added >= 0 ? added : rejected.Length == 0 ? 1 : 0, read - rejected.Sum(entry => entry.count));
        return string.Join(' ', rejected.Select(entry => RejectNames.Of((RejectReason)entry.reason)));
    }
}
