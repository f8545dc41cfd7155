using System.Collections.Concurrent;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>Instances that end, come and go, against mock brokers and real engines: what one has read and saved no other reads.</summary>
public sealed class KafkaRecoveryTests : IAsyncDisposable
{
    private const long Start = 1_700_000_000_000;

    private readonly MockKafka _kafka = new();
    private readonly LogProbe _log = new();
    private readonly ConcurrentDictionary<int, GroupImage> _stored = new();
    private readonly ConcurrentDictionary<int, int> _owners = new();
    private readonly List<Instance> _instances = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        _kafka.Dispose();
    }

    [Fact]
    public async Task The_next_instance_goes_on_where_the_last_one_ended()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 4_000);
        var first = Run();
        await WaitFor.TrueAsync(() => first.Read == 4_000 && first.Source.IsCaughtUp, "the first instance");
        await first.StopAsync();
        Assert.Equal(4_000, _stored.Values.Sum(image => image.Partitions[0].NextOffset));

        Send(4_000, 1_000);
        var second = Run();
        await WaitFor.TrueAsync(() => second.Source.IsCaughtUp && second.Read >= 1_000, "the second instance");
        await second.StopAsync();
        Assert.Equal(1_000, second.Read);
        Assert.Equal(4, _log.Count("goes on from the test"));
    }

    [Fact]
    public async Task An_instance_that_was_killed_is_followed_from_its_last_image()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 2_000);
        var first = Run(saveEveryMs: 100);
        await WaitFor.TrueAsync(() => _stored.Values.Sum(image => image.Partitions[0].NextOffset) == 2_000, "images of everything");
        first.StopSaving();
        Send(2_000, 500);
        await WaitFor.TrueAsync(() => first.Read == 2_500, "more that is in no image");
        await first.StopAsync();

        var second = Run();
        await WaitFor.TrueAsync(() => second.Source.IsCaughtUp && second.Read >= 500, "the second instance");
        await second.StopAsync();
        Assert.Equal(500, second.Read);
    }

    [Fact]
    public async Task Scaling_out_and_in_reads_every_record_once()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 2_000);
        var first = Run();
        await WaitFor.TrueAsync(() => first.Read == 2_000 && first.Source.IsCaughtUp, "one instance");
        var second = Run();
        await WaitFor.TrueAsync(() => first.Groups == 2 && second.Groups == 2 && second.Source.IsCaughtUp, "two instances");
        Send(2_000, 2_000);
        await WaitFor.TrueAsync(() => first.Read + second.Read >= 4_000, () => $"all events: {first.Read} and {second.Read}\n{string.Join('\n', _log.Lines)}");
        await second.StopAsync();
        await WaitFor.TrueAsync(() => first.Groups == 4 && first.Source.IsCaughtUp, "one instance again");
        Send(4_000, 1_000);
        await WaitFor.TrueAsync(() => first.Read + second.Read >= 5_000, () => $"all events: {first.Read} and {second.Read}\n{string.Join('\n', _log.Lines)}");
        await first.StopAsync();
        Assert.Equal(5_000, first.Read + second.Read);
        Assert.True(first.Source.Rebalances >= 3);
        Assert.Equal(0, _log.Count("has given partition groups"));
    }

    [Fact]
    public async Task Groups_that_stay_through_a_rebalance_are_not_restored()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 1_000);
        var first = Run();
        await WaitFor.TrueAsync(() => first.Read == 1_000 && first.Source.IsCaughtUp, "one instance");
        Assert.Equal(4, first.Restored);
        var second = Run();
        await WaitFor.TrueAsync(() => first.Groups == 2 && second.Groups == 2 && second.Source.IsCaughtUp, "two instances");
        Assert.Equal((4, 2), (first.Restored, second.Restored));
        Assert.InRange(first.Renewed, 2, 8);
    }

    // The mark of a later owner who is none: Kafka gives the groups to the same instance again, which goes on from the last images that were taken.
    [Fact]
    public async Task A_group_whose_images_are_refused_is_asked_for_anew()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 1_000);
        var instance = Run(saveEveryMs: 100);
        await WaitFor.TrueAsync(() => _stored.Values.Sum(image => image.Partitions[0].NextOffset) == 1_000, "images of everything");
        _owners[2] = 0;
        await WaitFor.TrueAsync(() => instance.Restored > 4 && instance.Source.IsCaughtUp && _owners[2] != 0, () => $"the group again\n{string.Join('\n', _log.Lines)}");
        Send(1_000, 1_000);
        await WaitFor.TrueAsync(() => _stored.Values.Sum(image => image.Partitions[0].NextOffset) == 2_000, "images of everything that came later");
        await instance.StopAsync();
        Assert.Equal(2_000, instance.Read);
        Assert.Equal(1, _log.Count("Partition group 2 has a newer owner"));
    }

    [Fact]
    public async Task A_member_without_partitions_stands_by_and_takes_over()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 100);
        var instances = Enumerable.Range(0, 5).Select(_ => Run()).ToList();
        await WaitFor.TrueAsync(() => instances.Count(one => one.Source.State == KafkaSourceState.Reading) == 4
            && instances.Count(one => one.Source.State == KafkaSourceState.Standby) == 1, "four that read and one that stands by");
        Assert.All(instances.Where(one => one.Source.State == KafkaSourceState.Standby), one => Assert.True(one.Source.IsCaughtUp));
    }

    [Fact]
    public async Task An_offset_that_kafka_does_not_have_begins_the_group_anew()
    {
        await _kafka.CreateAsync("like", "room");
        Send(0, 1_000);
        for (var group = 0; group < MockKafka.Partitions; group++)
        {
            _stored[group] = new GroupImage { SettledMs = Start, LargestMs = Start, WholeFromMs = long.MinValue, Partitions = [new PartitionPosition(5_000, Start), new PartitionPosition(0, long.MinValue)], Sections = [] };
        }

        var instance = Run();
        await WaitFor.TrueAsync(() => instance.Read == 1_000, "all events, from the beginning");
        Assert.Equal(4, _log.Count("goes on at 5000: what lay between is lost to the numbers"));
        Assert.Equal(4, _log.Count("begins anew at the earliest records, since the test does not fit what Kafka has"));
    }

    /// <summary>Each record has a good event, and a bad one whose rejection counts how often the record was read.</summary>
    private void Send(int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            var room = $"r{i % 50}";
            _kafka.Send("like", room, Start + i, $$"""[{"type":"like","room":"{{room}}","ts":{{Start + i}},"user":"u1"},5]""");
        }

        _kafka.Flush();
    }

    private Instance Run(int saveEveryMs = 60_000)
    {
        var instance = new Instance(this, saveEveryMs);
        _instances.Add(instance);
        return instance;
    }

    private sealed class Instance : IAsyncDisposable
    {
        private readonly EngineProbe _probe = new(new PipelineOptions { Lanes = 2, BatchEvents = 128, QueuedBatches = 16 });
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private volatile bool _saves = true;
        private int _restored;
        private int _renewed;

        public Instance(KafkaRecoveryTests test, int saveEveryMs)
        {
            var options = new KafkaOptions
            {
                BootstrapServers = test._kafka.BootstrapServers,
                Topics = [new("like", [EventType.Like]), new("room", [EventType.Start])],
                DeadLetterTopic = "",
            };
            Source = new KafkaSource(options, new EngineOptions(), _probe.Engine, Samples.Pseudonym, TimeProvider.System, test._log)
            {
                Hooks = new GroupHooks
                {
                    Restore = (group, _) =>
                    {
                        Interlocked.Increment(ref _restored);
                        test._owners[group] = GetHashCode();
                        return Task.FromResult(new GroupOrigin(test._stored.GetValueOrDefault(group), "the test"));
                    },
                    Renew = (group, _) =>
                    {
                        Interlocked.Increment(ref _renewed);
                        var wasOurs = test._owners[group] == GetHashCode();
                        test._owners[group] = GetHashCode();
                        return Task.FromResult(wasOurs);
                    },
                    Save = (group, image) =>
                    {
                        var saves = _saves && test._owners[group] == GetHashCode();
                        if (saves)
                        {
                            test._stored[group] = image;
                        }

                        return Task.FromResult(saves);
                    },
                    IsOvertaken = group => test._owners.TryGetValue(group, out var owner) && owner == 0,
                    SaveEveryMs = saveEveryMs,
                },
            };
            _running = Source.RunAsync(_stop.Token);
        }

        public KafkaSource Source { get; }

        /// <summary>Records read.</summary>
        public long Read => _probe.Engine.Counters.Rejected;

        public int Restored => _restored;

        public int Renewed => _renewed;

        public int Groups => Source.State == KafkaSourceState.Reading ? Source.Lag.Select(lag => lag.Partition).Distinct().Count() : 0;

        public void StopSaving() => _saves = false;

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
            await _probe.Engine.CompleteAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _probe.DisposeAsync();
            _stop.Dispose();
        }
    }
}
