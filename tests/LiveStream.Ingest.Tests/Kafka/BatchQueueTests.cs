using System.Diagnostics;
using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>Records in batches are the records one by one: order, ends, errors, pauses, seeks and rebalances, against mock brokers.</summary>
public sealed class BatchQueueTests : IDisposable
{
    private readonly MockKafka _kafka = new();

    public void Dispose() => _kafka.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_logs_are_read_as_the_managed_client_reads_them(int seed)
    {
        string[] topics = ["a", "b"];
        await _kafka.CreateAsync(topics);
        var random = new Random(seed);
        var sent = 3_000 + random.Next(3_000);
        for (var i = 0; i < sent; i++)
        {
            var to = new TopicPartition(topics[random.Next(2)], random.Next(MockKafka.Partitions));
            _kafka.Send(to, RandomBytes(random, 40), RandomBytes(random, random.Next(50) == 0 ? 60_000 : 300), random.NextInt64(0, 1L << 42));
        }

        _kafka.Flush();
        var all = topics.SelectMany(topic => Partitions(topic)).ToArray();
        using var member = new BatchMember(_kafka.BootstrapServers, "batches", topics);
        member.Assign(all);
        member.ReadUntil(() => member.Records.Count == sent && member.Ends.Count == all.Length, "all records and ends");

        var managed = ReadOneByOne(all, topics, sent);
        Assert.Equal(managed.Select(Text).Order(StringComparer.Ordinal), member.Records.Select(Text).Order(StringComparer.Ordinal));
        foreach (var end in member.Ends)
        {
            Assert.Equal(end.Offset, managed.Count(record => record.Place.Topic == end.Topic && record.Place.Partition == end.Partition));
        }
    }

    [Fact]
    public async Task The_end_is_told_again_when_more_came_and_it_is_reached_again()
    {
        await _kafka.CreateAsync("a");
        using var member = new BatchMember(_kafka.BootstrapServers, "batches", ["a"]);
        member.Assign(new TopicPartitionOffset("a", 0, 0));
        for (var i = 0; i < 5; i++)
        {
            member.ReadUntil(() => member.Ends.Count == i + 1, "the end");
            Assert.Equal(new RecordPlace(0, 0, i), member.Ends[i]);
            _kafka.Send(new TopicPartition("a", 0), null, [1], i);
            _kafka.Flush();
        }
    }

    [Fact]
    public async Task Nothing_comes_of_a_paused_partition_and_a_resumed_one_goes_on_where_it_was()
    {
        await _kafka.CreateAsync("a");
        Fill("a", 20_000);
        using var member = new BatchMember(_kafka.BootstrapServers, "batches", ["a"]);
        member.Assign(Partitions("a"));
        member.ReadUntil(() => member.Records.Count > 2_000, "the first records");
        var paused = new TopicPartition("a", member.Records[0].Place.Partition);
        for (var round = 0; round < 5; round++)
        {
            member.Consumer.Pause([paused]);
            var before = CountOf(member, paused);
            var others = member.Records.Count - before;
            member.ReadUntil(() => member.Records.Count - before > others + 1_000 || member.Ends.Count == 3, "records of the others");
            Assert.Equal(before, CountOf(member, paused));
            member.Consumer.Resume([paused]);
            member.ReadUntil(() => CountOf(member, paused) > before, "the paused partition");
        }

        member.ReadUntil(() => member.Records.Count == 20_000, "all records, each once");
    }

    [Fact]
    public async Task After_a_seek_only_what_was_sought_comes()
    {
        await _kafka.CreateAsync("a");
        Fill("a", 20_000);
        using var member = new BatchMember(_kafka.BootstrapServers, "batches", ["a"]);
        member.Assign(Partitions("a"));
        var random = new Random(3);
        for (var round = 0; round < 30; round++)
        {
            var count = member.Records.Count;
            member.ReadUntil(() => member.Records.Count > count + random.Next(1_500), "some records");
            var sought = new TopicPartition("a", random.Next(MockKafka.Partitions));
            var to = random.Next(4_000);
            member.Expect(sought, to);
            member.Consumer.Seek(new TopicPartitionOffset(sought, to));
        }

        member.ReadUntil(() => Partitions("a").All(partition => member.Consumer.Position(partition.TopicPartition) == 5_000), "the ends");
    }

    [Fact]
    public async Task Members_that_come_and_go_never_see_records_of_others_or_from_before()
    {
        string[] topics = ["a", "b"];
        await _kafka.CreateAsync(topics);
        Fill("a", 40_000);
        Fill("b", 40_000);
        using var first = new BatchMember(_kafka.BootstrapServers, "group", topics);
        first.Consumer.Subscribe(topics);
        first.ReadUntil(() => first.Records.Count > 5_000, "the first records");
        for (var round = 0; round < 3; round++)
        {
            using var second = new BatchMember(_kafka.BootstrapServers, "group", topics);
            second.Consumer.Subscribe(topics);
            var rebalances = first.Rebalances;
            ReadBoth(first, second, () => first.Rebalances > rebalances && first.Assigned.Count == 4 && second.Assigned.Count == 4 && second.Records.Count > 3_000);
            Assert.Empty(first.Assigned.Intersect(second.Assigned));
        }

        first.ReadUntil(() => first.Assigned.Count == 8, "all partitions");
        first.ReadUntil(() => first.Assigned.All(partition => first.Consumer.Position(partition) == 10_000), "the ends of all");
    }

    [Fact]
    public async Task An_offset_that_is_not_there_is_told_with_its_partition()
    {
        await _kafka.CreateAsync("a");
        Fill("a", 100);
        using var member = new BatchMember(_kafka.BootstrapServers, "batches", ["a"]);
        member.Assign(new TopicPartitionOffset("a", 1, 0), new TopicPartitionOffset("a", 2, 99_999));
        member.ReadUntil(() => member.Errors.Count > 0 && member.Records.Count == 25, "the error and the other partition");
        Assert.Equal((ErrorCode.Local_AutoOffsetReset, 0, 2), (member.Errors[0].Code, member.Errors[0].Place.Topic, member.Errors[0].Place.Partition));
        Assert.NotEmpty(member.Errors[0].Says);
    }

    [Fact]
    public async Task It_ends_at_once_with_records_in_its_queue()
    {
        await _kafka.CreateAsync("a");
        Fill("a", 40_000);
        var member = new BatchMember(_kafka.BootstrapServers, "batches", ["a"]);
        member.Assign(Partitions("a"));
        member.ReadUntil(() => member.Records.Count > 0, "the first records");
        var ending = Task.Run(member.Dispose, TestContext.Current.CancellationToken);
        await ending.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Waiting_ends_with_the_first_record()
    {
        await _kafka.CreateAsync("a");
        using var member = new BatchMember(_kafka.BootstrapServers, "batches", ["a"]);
        member.Assign(new TopicPartitionOffset("a", 0, 0));
        member.ReadUntil(() => member.Ends.Count == 1, "the end");
        _kafka.Send(new TopicPartition("a", 0), null, [1], 1);
        var watch = Stopwatch.StartNew();
        while (member.Records.Count == 0)
        {
            member.Read(waitMs: 60_000);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_client_without_a_native_handle_is_read_one_by_one_and_the_log_says_so()
    {
        var log = new LogProbe();
        using var client = new ClientWithoutHandle();
        Assert.Null(BatchQueue.TryOpen(client, _ => 0, log));
        Assert.Equal(1, log.Count("are read one by one"));
    }

    private static void ReadBoth(BatchMember first, BatchMember second, Func<bool> until)
    {
        var watch = Stopwatch.StartNew();
        while (!until())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "waited in vain for both members");
            first.Read();
            second.Read();
        }
    }

    private static TopicPartitionOffset[] Partitions(string topic) =>
        [.. Enumerable.Range(0, MockKafka.Partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0))];

    private static int CountOf(BatchMember member, TopicPartition partition) =>
        member.Records.Count(record => record.Place.Partition == partition.Partition.Value);

    private static byte[]? RandomBytes(Random random, int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return random.Next(20) == 0 ? null : bytes;
    }

    private static string Text(HeldRecord record) =>
        $"{record.Place.Topic} {record.Place.Partition} {record.Place.Offset:D6} {record.TimestampMs} {Convert.ToHexString(record.Key)} {Convert.ToHexString(record.Value)}";

    private List<HeldRecord> ReadOneByOne(TopicPartitionOffset[] partitions, string[] topics, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            KafkaProperties.Consumer(new KafkaOptions { BootstrapServers = _kafka.BootstrapServers, GroupId = "managed" })).Build();
        consumer.Assign(partitions);
        var records = new List<HeldRecord>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (records.Count < count)
        {
            var result = consumer.Consume(limit.Token);
            if (!result.IsPartitionEOF)
            {
                records.Add(ConsumedRecord.From(result, Array.IndexOf(topics, result.Topic)).Hold());
            }
        }

        return records;
    }

    /// <summary>The same number of records in each partition.</summary>
    private void Fill(string topic, int records)
    {
        for (var i = 0; i < records; i++)
        {
            _kafka.Send(new TopicPartition(topic, i % MockKafka.Partitions), null, Samples.Utf8($"{topic}{i}"), i);
        }

        _kafka.Flush();
    }

    private sealed class ClientWithoutHandle : IClient
    {
        public Handle Handle { get; } = new();

        public string Name => "none";

        public int AddBrokers(string brokers) => 0;

        public void SetSaslCredentials(string username, string password) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
