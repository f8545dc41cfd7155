using Confluent.Kafka;
using LiveStream.App.Commands;
using LiveStream.Ingest.Native;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// Sends a workload to Kafka, keyed by room, each type to its topic, in real time: an event leaves at its intended send time, and one
/// that a slow broker held up still carries that time as its record's timestamp, so that a latency measured from it leaves out nothing.
/// One thread does everything, the client's callbacks included; what Kafka has not taken yet is bounded.
/// A record that cannot be delivered ends the run.
/// </summary>
public sealed class KafkaSink : IDisposable
{
    private const int MaxEventsUnderWay = 200_000;
    private const int ProgressEvery = 1 << 14;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(30);

    private readonly SimulationOptions _options;
    private readonly KafkaSinkOptions _kafka;
    private readonly TruthLedger? _truth;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly byte[][] _keys;
    private readonly int[] _topicOf = new int[EventTypes.Count];
    private readonly RecordBatches _batches;
    private readonly byte[] _scratch;
    private readonly Action<DeliveryReport<byte[], byte[]>> _delivered;
    private int[][] _partitions = [];
    private Error? _failure;
    private SimulationProgress _at;

    /// <param name="options">Validated; rooms and batch.</param>
    /// <param name="kafka">Where to.</param>
    /// <param name="truth">Told of every event in the order of its partition, or null.</param>
    /// <exception cref="FailureException">A property is not one of the client's.</exception>
    /// <exception cref="DllNotFoundException">The native client is missing; the message is one sentence.</exception>
    public KafkaSink(SimulationOptions options, KafkaSinkOptions kafka, TruthLedger? truth)
    {
        KafkaLibrary.EnsureLoaded();
        _options = options;
        _kafka = kafka;
        _truth = truth;
        _keys = [.. Enumerable.Range(0, options.Rooms).Select(SimulatedEventJson.RoomId)];
        _batches = new RecordBatches(options.Batch, kafka.BatchWaitMs);
        _scratch = new byte[(options.Batch * (SimulatedEventJson.MaxBytes + 1)) + 2];
        _delivered = report => Note(report);
        Array.Fill(_topicOf, -1);
        for (var topic = kafka.Topics.Count - 1; topic >= 0; topic--)
        {
            foreach (var type in kafka.Topics[topic].Types)
            {
                _topicOf[(int)type] = topic;
            }
        }

        _producer = Build(kafka);
    }

    /// <summary>Events that no configured topic carries; they are not sent and not in the truth.</summary>
    public long WithoutTopic { get; private set; }

    /// <summary>Events that Kafka has confirmed.</summary>
    public long Delivered { get; private set; }

    /// <summary>Events that Kafka has refused.</summary>
    public long Failed { get; private set; }

    /// <summary>Creates what topics are missing and sends until the source ends or the run is cancelled; what was sent is flushed either way.</summary>
    /// <param name="source">The workload.</param>
    /// <param name="clock">What the workload's times are measured by.</param>
    /// <param name="progress">Told now and then, and at the end; or null.</param>
    /// <param name="cancellation">Stops between two events.</param>
    /// <exception cref="FailureException">Kafka cannot be reached or refuses records.</exception>
    public async Task<SimulationProgress> RunAsync(IEventSource source, TimeProvider clock, Action<SimulationProgress>? progress, CancellationToken cancellation)
    {
        var names = _kafka.Topics.Select(topic => topic.Topic).ToList();
        var counts = await KafkaTopics.EnsureAsync(_producer.Handle, names, _kafka);
        _partitions = Array.ConvertAll(counts, count => RoomPartitions.Of(_options.Rooms, count, _kafka.Partitioner));
        await Task.Factory.StartNew(() => Send(source, clock, progress, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        progress?.Invoke(_at);
        return _at;
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private static IProducer<byte[], byte[]> Build(KafkaSinkOptions kafka)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            ClientId = "livestream-simulate",
            LingerMs = 20,
            EnableIdempotence = true,
            EnableBackgroundPoll = false,
            DeliveryReportFields = "status",
            Partitioner = kafka.Partitioner == "crc32" ? Partitioner.ConsistentRandom : Partitioner.Murmur2Random,
            LogConnectionClose = false,
        };
        try
        {
            foreach (var (name, value) in kafka.Properties)
            {
                config.Set(name, value);
            }

            return new ProducerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new FailureException($"Kafka:Properties is not accepted by the Kafka client: {e.Message}; correct or remove the property.", e);
        }
    }

    private void Send(IEventSource source, TimeProvider clock, Action<SimulationProgress>? progress, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var e = default(SimulatedEvent);
        while (!source.Ended && !cancellation.IsCancellationRequested && _failure is null)
        {
            var nowMs = _kafka.Paced ? clock.GetUtcNow().ToUnixTimeMilliseconds() : long.MaxValue;
            var allowed = _kafka.MaxEventsPerSecond is { } most ? (long)(clock.GetElapsedTime(started).TotalSeconds * most) + 1 : long.MaxValue;
            var sent = 0;
            while (_at.Lines < allowed && sent < ProgressEvery && source.TryNext(nowMs, ref e))
            {
                Take(in e);
                sent++;
            }

            SendWaited(_kafka.Paced ? nowMs : e.SendMs);
            _producer.Poll(sent < ProgressEvery ? Tick : TimeSpan.Zero);
            progress?.Invoke(_at);
        }

        SendWaited(long.MaxValue);
        Flush(clock);
        if (_failure is { } failure)
        {
            throw new FailureException($"Kafka at {_kafka.BootstrapServers} did not take {Failed} events: {failure.Reason}; check the broker and its topics.");
        }
    }

    private void Take(in SimulatedEvent e)
    {
        var topic = _topicOf[(int)e.Type];
        if (topic < 0)
        {
            WithoutTopic++;
            return;
        }

        if (e.Garbage != GarbageKind.None)
        {
            // A record of its own: what a broken object does to its neighbours in an array is not the question here.
            _truth?.Add(in e, Log(topic, e.Room));
            Produce(topic, e.Room, _scratch.AsSpan(0, SimulatedEventJson.Write(in e, _scratch)).ToArray(), 1, e.SendMs);
            return;
        }

        if (_batches.Add(in e, topic) is { } full)
        {
            SendBatch(full);
        }
    }

    private void SendWaited(long nowMs)
    {
        while (_batches.NextWaited(nowMs) is { } batch)
        {
            SendBatch(batch);
        }
    }

    private void SendBatch(RecordBatch batch)
    {
        var used = 0;
        var isArray = batch.Count > 1;
        foreach (ref readonly var e in batch.Events)
        {
            _truth?.Add(in e, Log(batch.Topic, batch.Room));
            if (isArray)
            {
                _scratch[used++] = used == 1 ? (byte)'[' : (byte)',';
            }

            used += SimulatedEventJson.Write(in e, _scratch.AsSpan(used));
        }

        if (isArray)
        {
            _scratch[used++] = (byte)']';
        }

        var sendMs = batch.Events[^1].SendMs;
        var count = batch.Count;
        batch.Clear();
        Produce(batch.Topic, batch.Room, _scratch.AsSpan(0, used).ToArray(), count, sendMs);
    }

    private void Produce(int topic, int room, byte[] value, int events, long sendMs)
    {
        var message = new Message<byte[], byte[]> { Key = _keys[room], Value = value, Timestamp = new Timestamp(sendMs, TimestampType.CreateTime) };
        _at = new(_at.Lines + events, _at.Bytes + value.Length, Math.Max(_at.SendMs, sendMs));
        var delivered = events == 1 ? _delivered : report => Note(report, events);
        while (_at.Lines - Delivered - Failed > MaxEventsUnderWay && _failure is null)
        {
            _producer.Poll(Tick);
        }

        while (_failure is null)
        {
            try
            {
                _producer.Produce(_kafka.Topics[topic].Topic, message, delivered);
                return;
            }
            catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(Tick);
            }
            catch (ProduceException<byte[], byte[]> refused)
            {
                Failed += events;
                _failure = refused.Error;
            }
        }
    }

    private int Log(int topic, int room) => (topic * 4096) + _partitions[topic][room];

    private void Note(DeliveryReport<byte[], byte[]> report, int events = 1)
    {
        if (report.Error.IsError)
        {
            Failed += events;
            _failure ??= report.Error;
        }
        else
        {
            Delivered += events;
        }
    }

    private void Flush(TimeProvider clock)
    {
        var from = clock.GetTimestamp();
        while (_producer.Flush(TimeSpan.FromMilliseconds(100)) > 0)
        {
            if (clock.GetElapsedTime(from) > FlushLimit)
            {
                _failure ??= new Error(ErrorCode.Local_TimedOut, "records were not confirmed within 30 s");
                return;
            }
        }
    }
}
