using System.Text;
using Confluent.Kafka;
using LiveStream.Ingest.Kafka;

namespace LiveStream.Simulation.World;

/// <summary>
/// What stands where the Kafka consumer stands: places the groups of one process and reads the log into them, some records at a time from
/// one partition after the other, tells it of ends, and asks where logs begin and end. Records of a partition come in their order; how far partitions are read
/// apart is chance, but for one rule: a partition that may count as idle is not left behind by more than a third of the lateness, which is
/// what fetching from a broker that answers is trusted to do.
/// </summary>
internal sealed class SimulatedReader
{
    private const int ProbeEveryMs = 1_000;
    private const int LeastStandstillMs = 500;

    private static readonly TimeSpan RestoreLimit = TimeSpan.FromSeconds(30);

    private readonly SimulatedWorld _world;
    private readonly int _number;
    private readonly ProcessClock _clock;
    private readonly AssignedGroups _groups;
    private readonly RecordHandler _handler;
    private readonly RecordDelivery _delivery;
    private readonly MonotonicClock _loop;
    private readonly Dictionary<int, Position[]> _positions = [];
    private long _lastLookMs;
    private long _askedAtMs = -ProbeEveryMs;
    private int _version;
    private bool _isUnflushed;
    private long _flushedSettledMs;
    private (long AskedAtMs, int Version, List<(AssignedPartition Partition, long End)> Ends)? _answer;

    public SimulatedReader(SimulatedWorld world, int number, ProcessClock clock, AssignedGroups groups, RecordHandler handler, MonotonicClock loop)
    {
        _world = world;
        _number = number;
        _clock = clock;
        _groups = groups;
        _handler = handler;
        _delivery = new RecordDelivery(handler, groups);
        _loop = loop;
        _lastLookMs = loop.NowMs;
    }

    /// <summary>Whether every partition that is read has been read to its end.</summary>
    public bool IsAtEnd => _groups.Arriving == 0 && _groups.All.All(group => Array.TrueForAll(
        group.Partitions, partition => _positions[group.Number][partition.Topic].Next == _world.Log.EndOf(partition.Topic, group.Number)));

    /// <summary>The group of which the log has lost what is to be read next; null while there is none.</summary>
    public int? CutOff { get; private set; }

    /// <summary>Another consumer reads from now on.</summary>
    public void BeginAnew()
    {
        CutOff = null;
        _answer = null;
        _version = -1;
    }

    /// <summary>Groups are this process's.</summary>
    public void Assign(IReadOnlyList<int> numbers) =>
        _groups.Assign([.. numbers.SelectMany(number => _world.Scenario.TopicNames.Select(topic => new TopicPartition(topic, number)))]);

    /// <summary>Goes on with groups that are on their way. What the lanes take in, they have taken in before the groups are placed.</summary>
    /// <param name="rest">Waits until the lanes are at rest.</param>
    public void TakeGroups(Action rest)
    {
        _groups.TakeArrived();
        var now = _loop.NowMs;
        var isAny = _groups.Arriving > 0;
        _groups.Service(now, static _ => false);
        if (!isAny)
        {
            return;
        }

        rest();
        if (!SpinWait.SpinUntil(() => _groups.Restoring == 0, RestoreLimit))
        {
            _world.Fail("lanes did not take in what they were given");
        }

        foreach (var opened in _groups.Service(now, TryPlace))
        {
            _world.Note(_number, $"reads group {opened.Number} from {string.Join(' ', opened.Partitions.Select(partition => partition.Position))}");
            foreach (var partition in opened.Partitions.Where(partition => partition.Position > _world.Log.StartOf(partition.Topic, opened.Number) && _world.Random.Next(4) == 0))
            {
                // Fetched before the partition was placed.
                Deliver(opened, partition.Topic, _world.Log.Read(partition.Topic, opened.Number, partition.Position - 1));
            }
        }
    }

    /// <summary>What brokers say that they have; the end may be an old one.</summary>
    public Task<IReadOnlyList<LogBounds>> BoundsAsync(IReadOnlyList<TopicPartition> partitions)
    {
        var done = new TaskCompletionSource<IReadOnlyList<LogBounds>>();
        var wayMs = _world.Random.Next(1, 60);
        _world.Time.In(wayMs, () =>
        {
            var isTold = _world.EndsAreTold;
            LogBounds[] all = [.. partitions.Select(BoundsOf)];
            _clock.In(wayMs, () =>
            {
                if (isTold)
                {
                    done.TrySetResult(all);
                }
                else
                {
                    done.TrySetException(new KafkaException(ErrorCode.Local_TimedOut));
                }
            });
        });
        return done.Task;
    }

    /// <summary>What the loop does before it reads: notices that it stood still, takes answers, asks, and updates what is idle.</summary>
    public void Keep(bool mayAsk)
    {
        var now = _loop.NowMs;
        if (now - _lastLookMs > Math.Max(_world.Scenario.Engine.IdleMs, LeastStandstillMs))
        {
            _answer = null;
            _version = -1;
            foreach (var partition in _groups.All.SelectMany(group => group.Partitions))
            {
                partition.OnFreeze(now);
            }
        }

        _lastLookMs = now;
        TakeAnswer();
        if (mayAsk && (now - _askedAtMs >= ProbeEveryMs || _groups.All.Any(group => group.Partitions.Any(partition => partition.WantsConfirmation(now)))))
        {
            Ask(now);
        }

        foreach (var group in _groups.All)
        {
            group.UpdateIdle(now);
            group.UpdateBehind(_loop.WallMs, now);
            foreach (var partition in group.Partitions)
            {
                KeepIdle(ref _positions[group.Number][partition.Topic], partition, partition.IsIdle(now));
            }
        }
    }

    /// <summary>Reads a number of records, or as many as there are.</summary>
    public void Read(int records)
    {
        for (var turns = 0; records > 0 && turns < 8; turns++)
        {
            if (_groups.All.Count == 0)
            {
                return;
            }

            var group = _groups.All[_world.Random.Next(_groups.All.Count)];
            var topic = _world.Random.Next(group.Partitions.Length);
            var some = _world.Random.Next(1, 1 + Math.Min(records, 12));
            records -= some;
            while (some-- > 0 && ReadOne(group, topic))
            {
            }
        }
    }

    /// <summary>Hands what was read to the lanes; whether there was anything, events or a later T.</summary>
    public bool Flush()
    {
        var settledMs = 0L;
        foreach (var group in _groups.All)
        {
            var before = group.Intake.SettledMs;
            group.Intake.Flush(CancellationToken.None);
            if (_world.IsTraced && group.Intake.SettledMs != before)
            {
                _world.Note(_number, $"settles group {group.Number} up to {group.Intake.SettledMs}");
            }

            settledMs = unchecked((settledMs * 31) + group.Intake.SettledMs);
        }

        var any = _isUnflushed || settledMs != _flushedSettledMs;
        _isUnflushed = false;
        _flushedSettledMs = settledMs;
        return any;
    }

    private void KeepIdle(ref Position position, AssignedPartition partition, bool isIdle)
    {
        if (isIdle && !position.MayBeIdle && _world.IsTraced)
        {
            _world.Note(_number, $"counts {partition.Partition} as idle");
        }

        position.MayBeIdle |= isIdle;
    }

    private bool ReadOne(PartitionGroup group, int topic)
    {
        var positions = _positions[group.Number];
        if (positions[topic].Next == _world.Log.EndOf(topic, group.Number))
        {
            ReadEnd(group, topic);
            return false;
        }

        if (Array.Exists(group.Partitions, partition => positions[partition.Topic].Next < _world.Log.StartOf(partition.Topic, group.Number)))
        {
            CutOff = group.Number;
            return false;
        }

        var record = _world.Log.Read(topic, group.Number, positions[topic].Next);
        for (var other = 0; other < positions.Length; other++)
        {
            if (other != topic && positions[other].MayBeIdle && IsBehind(group.Number, other, record.AppendedMs))
            {
                topic = other;
                break;
            }
        }

        Deliver(group, topic);
        return true;
    }

    private bool IsBehind(int number, int topic, long appendedMs)
    {
        for (var offset = Math.Max(_positions[number][topic].Next, _world.Log.StartOf(topic, number)); offset < _world.Log.EndOf(topic, number); offset++)
        {
            var unread = _world.Log.Read(topic, number, offset);
            if (unread.AppendedMs + (unread.MayTrail ? _world.Scenario.Engine.LatenessMs / 3 : 0) <= appendedMs)
            {
                return true;
            }
        }

        return false;
    }

    private void Deliver(PartitionGroup group, int topic)
    {
        ref var position = ref _positions[group.Number][topic];
        var record = _world.Log.Read(topic, group.Number, position.Next++);
        position.MayBeIdle = false;
        position.IsEndTold = false;
        _isUnflushed = true;
        if (_world.IsTraced)
        {
            _world.Note(_number, $"reads {group.Partitions[topic].Partition} at {record.Offset}, appended at {record.AppendedMs - _world.Scenario.FirstMs}: {Encoding.UTF8.GetString(record.Value).ReplaceLineEndings(" ")}");
        }

        var times = _world.Faulty.TimesHandled();
        if (times == 0)
        {
            group.OnRecord(topic, record.Offset, _loop.NowMs);
            return;
        }

        Deliver(group, topic, record);
        if (times > 1)
        {
            _handler.Handle(group.Intake, new RecordPlace(topic, group.Number, record.Offset), record.TimestampMs, record.Key, record.Value, 0);
        }
    }

    private void Deliver(PartitionGroup group, int topic, StoredRecord record) => _delivery.Deliver(
        new ConsumedRecord
        {
            Error = ErrorCode.NoError,
            Place = new RecordPlace(topic, group.Number, record.Offset),
            TimestampMs = record.TimestampMs,
            Key = record.Key,
            Value = record.Value,
        },
        _loop.NowMs);

    private void ReadEnd(PartitionGroup group, int topic)
    {
        ref var position = ref _positions[group.Number][topic];
        if (!position.IsEndTold)
        {
            position.IsEndTold = true;
            group.OnEnd(topic, position.Next, _loop.NowMs);
        }
    }

    private void Ask(long now)
    {
        _askedAtMs = now;
        var version = _version = _groups.Version;
        var asked = _groups.All.SelectMany(group => group.Partitions).ToList();
        var wayMs = _world.Random.Next(1, 40);
        _world.Time.In(wayMs, () =>
        {
            var ends = asked.ConvertAll(partition => (partition, _world.Log.EndOf(partition.Topic, partition.Partition.Partition.Value)));
            _clock.In(wayMs, () => _answer = version == _version ? (now, version, ends) : null);
        });
    }

    private void TakeAnswer()
    {
        if (_answer is { } answer && answer.Version == _groups.Version)
        {
            foreach (var (partition, end) in answer.Ends)
            {
                partition.OnEndKnown(end, answer.AskedAtMs);
            }
        }

        _answer = null;
    }

    private bool TryPlace(TopicPartitionOffset place)
    {
        if (_world.Random.Next(10) == 0)
        {
            return false;
        }

        var number = place.Partition.Value;
        if (!_positions.TryGetValue(number, out var positions))
        {
            _positions[number] = positions = new Position[_world.Scenario.TopicNames.Count];
        }

        positions[_groups.TopicOf(place.Topic)] = new Position { Next = place.Offset.Value };
        return true;
    }

    private LogBounds BoundsOf(TopicPartition partition)
    {
        var topic = _groups.TopicOf(partition.Topic);
        var (first, end) = (_world.Log.StartOf(topic, partition.Partition.Value), _world.Log.EndOf(topic, partition.Partition.Value));
        return new LogBounds(first, _world.Random.Next(10) == 0 ? _world.Random.NextInt64(first, end + 1) : end);
    }

    private struct Position
    {
        public long Next;
        public bool IsEndTold;
        public bool MayBeIdle;
    }
}
