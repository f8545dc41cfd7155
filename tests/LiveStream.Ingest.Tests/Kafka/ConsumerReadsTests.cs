using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>One consumer's reads into a real engine, in batches and one by one.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ConsumerReadsTests : IAsyncDisposable
{
    private const long Start = 1_700_000_000_000;

    private readonly MockKafka _kafka = new();
    private readonly EngineProbe _probe = new();
    private readonly LogProbe _log = new();

    public async ValueTask DisposeAsync()
    {
        await _probe.DisposeAsync();
        _kafka.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Records_and_ends_come_in_and_positions_follow(bool inBatches)
    {
        await _kafka.CreateAsync("like");
        for (var i = 0; i < 5_000; i++)
        {
            _kafka.Send("like", "like", $"r{i % 20}", Start + i);
        }

        _kafka.Flush();
        using var reading = new Reading(this, inBatches);
        reading.Assign(Partitions(0));
        await reading.UntilAsync(() => reading.Groups.All.All(IsAtEnd), "the ends");
        Assert.Equal(5_000, reading.Groups.All.Sum(group => group.Partitions[0].Position));
        Assert.Equal((5_000, 0), (_probe.Engine.Counters.Read, _probe.Engine.Counters.Rejected));
        Assert.False(reading.Reads.MustStartOver);
        Assert.Null(reading.Reads.Fatal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_offset_that_is_gone_asks_for_another_consumer_and_takes_nothing_from_others(bool inBatches)
    {
        await _kafka.CreateAsync("like");
        for (var i = 0; i < 400; i++)
        {
            _kafka.Send("like", $"r{i}", Start, $$"""{"room":"r{{i}}","ts":{{Start}},"user":"u"}""");
        }

        _kafka.Flush();
        using var reading = new Reading(this, inBatches);
        reading.Assign([.. Partitions(0).SkipLast(1), new TopicPartitionOffset("like", MockKafka.Partitions - 1, 99_999)]);
        await reading.UntilAsync(() => reading.Reads.MustStartOver, "the error");
        Assert.Equal(1, _log.Count("Kafka no longer has offset 99999 of like [[3]]"));
        Assert.Equal([0, 1, 2], reading.Groups.All.Select(group => group.Number).Order());
        await reading.UntilAsync(() => reading.Groups.All.All(IsAtEnd), "the others");
        Assert.Equal(reading.Groups.All.Sum(group => group.Partitions[0].Position), _probe.Engine.Counters.Read);
    }

    [Fact]
    public async Task Reading_batches_allocates_nothing_per_record()
    {
        await _kafka.CreateAsync("like");
        const int records = 60_000;
        for (var i = 0; i < records; i++)
        {
            // All but the first are late, so that no batch of events is filled: those are the pipeline's.
            _kafka.Send("like", "like", "r1", i == 0 ? Start : Start - 1_000_000 + i, "u1");
        }

        _kafka.Flush();
        using var reading = new Reading(this, inBatches: true);
        reading.Assign(Partitions(0));
        await reading.UntilAsync(() => _probe.Engine.Counters.Read > records / 2, "half of the records");
        var read = _probe.Engine.Counters.Read;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rounds = 0;
        while (_probe.Engine.Counters.Read < records && rounds < 100_000)
        {
            reading.Reads.Read(5, 1);
            rounds++;
        }

        // Serving events through the client costs something each round, whatever the number of records.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(records, _probe.Engine.Counters.Read);
        Assert.True(allocated <= 4_096L * rounds / 4, $"{allocated} bytes for {records - read} records in {rounds} rounds");
    }

    /// <summary>At the end, be it that only the broker's word is missing.</summary>
    private static bool IsAtEnd(PartitionGroup group) => group.Partitions[0].IsIdle(1) || group.Partitions[0].WantsConfirmation(1_000_000);

    private static TopicPartitionOffset[] Partitions(long from) =>
        [.. Enumerable.Range(0, MockKafka.Partitions).Select(partition => new TopicPartitionOffset("like", partition, from))];

    private sealed class Reading : IDisposable
    {
        private readonly IConsumer<byte[], byte[]> _consumer;
        private readonly BatchQueue? _batches;

        public Reading(ConsumerReadsTests test, bool inBatches)
        {
            var options = new KafkaOptions { BootstrapServers = test._kafka.BootstrapServers, GroupId = "reads", Topics = [new("like", [EventType.Like])] };
            var clock = new MonotonicClock(TimeProvider.System);
            _consumer = new ConsumerBuilder<byte[], byte[]>(KafkaProperties.Consumer(options)).SetLogHandler((_, _) => { }).Build();
            var hooks = new GroupHooks();
            var search = new GroupSearch(
                hooks, some => Task.FromResult<IReadOnlyList<LogBounds>>([.. some.Select(_ => new LogBounds(0, 100_000))]), TimeProvider.System, test._log);
            Groups = new AssignedGroups(
                options, MockKafka.Partitions, 1000, test._probe.Engine, hooks, search, new GroupSaver(hooks, null, clock, test._log), clock, test._log);
            _batches = inBatches ? BatchQueue.TryOpen(_consumer, Groups.TopicOf, test._log) : null;
            var handler = new RecordHandler(options, MockKafka.Partitions, Samples.Pseudonym, null, test._log);
            Reads = new ConsumerReads(
                _consumer, _batches, new RecordDelivery(handler, Groups), Groups, new BrokerComplaints("mock", clock, test._log), test._log);
        }

        public AssignedGroups Groups { get; }

        public ConsumerReads Reads { get; }

        public void Assign(TopicPartitionOffset[] partitions)
        {
            var assigned = partitions.Select(partition => partition.TopicPartition).ToArray();
            _batches?.Take(assigned);
            Groups.Assign(assigned);
            Assert.Equal(assigned.Length, Groups.Service(0, _ => true).Count);
            Assert.Null(Groups.Failure);
            _consumer.Assign(partitions);
        }

        public Task UntilAsync(Func<bool> condition, string what) => WaitFor.TrueAsync(
            () =>
            {
                Reads.Read(1, 1);
                return condition();
            },
            what);

        public void Dispose()
        {
            _batches?.Dispose();
            _consumer.Close();
            _consumer.Dispose();
        }
    }
}
