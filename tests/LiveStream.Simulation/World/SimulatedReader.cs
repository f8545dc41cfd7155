using System.Text;
using Confluent.Kafka;
using LiveStream.Ingest.Kafka;

namespace LiveStream.Simulation.World;

/// <summary>
/// What stands where the Kafka consumer stands: reads the log into the groups of one process, some records at a time from one partition
/// after the other, tells it of ends, and asks where logs end. Records of a partition come in their order; how far partitions are read
/// apart is chance, but for one rule: a partition that may count as idle is not left behind by more than a third of the lateness, which is
/// what fetching from a broker that answers is trusted to do.
/// </summary>
internal sealed class SimulatedReader
{
    private const int ProbeEveryMs = 1_000;
    private const int LeastStandstillMs = 500;

    private readonly SimulatedWorld _world;
    private readonly int _member;
    private readonly ProcessClock _clock;
    private readonly AssignedGroups _groups;
    private readonly RecordHandler _handler;
    private readonly MonotonicClock _loop;
    private readonly Dictionary<int, Position[]> _positions = [];
    private long _lastLookMs;
    private long _askedAtMs = -ProbeEveryMs;
    private int _question;
    private bool _isUnflushed;
    private long _flushedSettledMs;
    private (long AskedAtMs, List<(AssignedPartition Partition, long End)> Ends)? _answer;

    public SimulatedReader(SimulatedWorld world, int member, ProcessClock clock, AssignedGroups groups, RecordHandler handler, MonotonicClock loop)
    {
        _world = world;
        _member = member;
        _clock = clock;
        _groups = groups;
        _handler = handler;
        _loop = loop;
        _lastLookMs = loop.NowMs;
    }

    /// <summary>Whether every assigned partition has been read to its end.</summary>
    public bool IsAtEnd => _positions.All(group => group.Value.Select((position, topic) => position.Next == _world.Log.EndOf(topic, group.Key)).All(ends => ends));

    /// <summary>Begins to read groups.</summary>
    public void Open(IReadOnlyList<int> numbers)
    {
        var topics = _world.Scenario.TopicNames;
        var partitions = numbers.SelectMany(number => topics.Select(topic => new TopicPartition(topic, number))).ToList();
        foreach (var begin in _groups.Open(partitions))
        {
            var number = begin.Partition.Value;
            var topic = _groups.TopicOf(begin.Topic);
            var first = _world.Log.StartOf(topic, number);
            if (!_positions.TryGetValue(number, out var positions))
            {
                _positions[number] = positions = new Position[topics.Count];
            }

            positions[topic] = new Position { Next = begin.Offset == Offset.Beginning ? first : Math.Max(first, begin.Offset.Value) };
        }

        _question++;
    }

    /// <summary>Gives groups up.</summary>
    public void Close(IReadOnlyList<int> numbers)
    {
        _groups.Close(numbers);
        foreach (var number in numbers)
        {
            _positions.Remove(number);
        }

        _question++;
    }

    /// <summary>What the loop does before it reads: notices that it stood still, takes answers, asks, and updates what is idle.</summary>
    public void Keep(bool mayAsk)
    {
        var now = _loop.NowMs;
        if (now - _lastLookMs > Math.Max(_world.Scenario.Engine.IdleMs, LeastStandstillMs))
        {
            _question++;
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
                _world.Note(_member, $"settles group {group.Number} up to {group.Intake.SettledMs}");
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
            _world.Note(_member, $"counts {partition.Partition} as idle");
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

        var record = _world.Log.Read(topic, group.Number, positions[topic].Next);
        for (var other = 0; other < positions.Length; other++)
        {
            if (other != topic && positions[other].MayBeIdle && IsBehind(group.Number, other, record.AppendedMs))
            {
                Deliver(group, other);
                return true;
            }
        }

        Deliver(group, topic);
        return true;
    }

    private bool IsBehind(int number, int topic, long appendedMs)
    {
        for (var offset = _positions[number][topic].Next; offset < _world.Log.EndOf(topic, number); offset++)
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
        _isUnflushed = true;
        if (_world.IsTraced)
        {
            _world.Note(_member, $"reads {group.Partitions[topic].Partition} at {record.Offset}, appended at {record.AppendedMs - _world.Scenario.FirstMs}: {Encoding.UTF8.GetString(record.Value).ReplaceLineEndings(" ")}");
        }

        position.IsEndTold = false;
        group.OnRecord(topic, record.Offset, _loop.NowMs);
        for (var times = _world.Faulty.TimesHandled(); times > 0; times--)
        {
            _handler.Handle(group.Intake, new RecordPlace(topic, group.Number, record.Offset), record.TimestampMs, record.Key, record.Value, 0);
        }
    }

    private void ReadEnd(PartitionGroup group, int topic)
    {
        ref var position = ref _positions[group.Number][topic];
        if (!position.IsEndTold)
        {
            position.IsEndTold = true;
            group.Partitions[topic].OnEnd(position.Next, _loop.NowMs);
        }
    }

    private void Ask(long now)
    {
        _askedAtMs = now;
        var question = _question;
        var asked = _groups.All.SelectMany(group => group.Partitions).ToList();
        var wayMs = _world.Random.Next(1, 40);
        _world.Time.In(wayMs, () =>
        {
            var ends = asked.ConvertAll(partition => (partition, _world.Log.EndOf(partition.Topic, partition.Partition.Partition.Value)));
            _clock.In(wayMs, () => _answer = question == _question ? (now, ends) : null);
        });
    }

    private void TakeAnswer()
    {
        if (_answer is { } answer)
        {
            _answer = null;
            foreach (var (partition, end) in answer.Ends)
            {
                partition.OnEndKnown(end, answer.AskedAtMs);
            }
        }
    }

    private struct Position
    {
        public long Next;
        public bool IsEndTold;
        public bool MayBeIdle;
    }
}
