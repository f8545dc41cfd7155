using System.Collections.Concurrent;
using Confluent.Kafka;
using LiveStream.Metrics.Events;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Writes rejected events to the dead-letter topic. Holds at most <see cref="MaxWaiting"/> letters that the broker has not
/// confirmed; when full it takes no more, and the reader stops until there is room: nothing is given up while the process
/// lives. Letters are added and serviced by the reading thread; confirmations come on the producer's.
/// </summary>
public sealed class DeadLetters : IDisposable
{
    /// <summary>Most letters that may wait for the broker.</summary>
    public const int MaxWaiting = 10_000;

    private const int ResendEveryMs = 1_000;

    private readonly string _topic;
    private readonly bool _withPayload;
    private readonly Throttle _complaints;
    private readonly ILogger _log;
    private readonly MonotonicClock _clock;
    private readonly IProducer<Null, byte[]> _producer;
    private readonly ConcurrentQueue<(byte[] Letter, LetterBatch Batch)> _failed = new();
    private LetterBatch _batch = new(Task.CompletedTask);
    private string _lastError = "no answer";
    private long _nextResendMs;
    private long _written;
    private int _waiting;

    /// <summary>Connects to the brokers of <paramref name="options"/>; <see cref="KafkaOptions.DeadLetterTopic"/> must not be empty.</summary>
    public DeadLetters(KafkaOptions options, TimeProvider time, ILogger log)
        : this(options, KafkaProperties.Producer(options), time, log)
    {
    }

    internal DeadLetters(KafkaOptions options, ProducerConfig config, TimeProvider time, ILogger log)
    {
        _topic = options.DeadLetterTopic;
        _withPayload = options.DeadLetterPayload;
        _log = log;
        _clock = new MonotonicClock(time);
        _complaints = new Throttle(_clock);
        _producer = new ProducerBuilder<Null, byte[]>(config)
            .SetLogHandler((_, message) => log.LogDebug("Kafka: {Message}", message.Message))
            .SetErrorHandler((_, error) => log.LogDebug("Kafka: {Reason}", error.Reason))
            .Build();
    }

    /// <summary>Letters that the broker has not confirmed yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Letters that the broker has confirmed.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Whether no letter is taken at the moment.</summary>
    public bool IsFull => Waiting >= MaxWaiting;

    /// <summary>Takes one rejected event; false when full.</summary>
    public bool TryAdd(string topic, in RecordPlace place, int index, RejectReason reason, ReadOnlySpan<byte> raw)
    {
        if (IsFull)
        {
            return false;
        }

        Interlocked.Increment(ref _waiting);
        _batch.Add();
        Send(DeadLetter.Write(topic, place, index, reason, raw, _withPayload), _batch);
        return true;
    }

    /// <summary>Completes when every letter that was added before the call has been confirmed; called by the reading thread.</summary>
    public Task WrittenSoFarAsync()
    {
        var closed = _batch;
        _batch = new LetterBatch(closed.Written);
        closed.Close();
        return closed.Written;
    }

    /// <summary>Sends again what failed, and says so; called by the reading thread whenever it likes.</summary>
    public void Service()
    {
        if (_failed.IsEmpty || _clock.NowMs < _nextResendMs)
        {
            return;
        }

        _nextResendMs = _clock.NowMs + ResendEveryMs;
        if (_complaints.Allows(_topic))
        {
            _log.LogError(
                "Dead letters cannot be written to topic {Topic}: {Reason}. {Waiting} wait; when {Most} do, reading stops until they can be written. Create the topic, or set Kafka:DeadLetterTopic to empty.",
                _topic, _lastError, Waiting, MaxWaiting);
        }

        for (var count = _failed.Count; count > 0 && _failed.TryDequeue(out var failed); count--)
        {
            Send(failed.Letter, failed.Batch);
        }
    }

    /// <summary>Waits until all letters are confirmed; returns how many were not in time.</summary>
    public int Flush(TimeSpan limit)
    {
        var deadline = _clock.NowMs + (long)limit.TotalMilliseconds;
        while (Waiting > 0 && _clock.NowMs < deadline)
        {
            _producer.Flush(TimeSpan.FromMilliseconds(Math.Clamp(deadline - _clock.NowMs, 1, 100)));
            Service();
        }

        if (Waiting > 0)
        {
            _log.LogError("{Waiting} dead letters could not be written to topic {Topic}: {Reason}.", Waiting, _topic, _lastError);
        }

        return Waiting;
    }

    /// <summary>Ends the producer; call <see cref="Flush"/> before.</summary>
    public void Dispose() => _producer.Dispose();

    private void Send(byte[] letter, LetterBatch batch)
    {
        try
        {
            _producer.Produce(_topic, new Message<Null, byte[]> { Value = letter }, report => OnDelivery(report, batch));
        }
        catch (ProduceException<Null, byte[]> error)
        {
            Fail(letter, batch, error.Error);
        }
    }

    private void OnDelivery(DeliveryReport<Null, byte[]> report, LetterBatch batch)
    {
        if (report.Error.IsError)
        {
            Fail(report.Message.Value, batch, report.Error);
            return;
        }

        Interlocked.Increment(ref _written);
        Interlocked.Decrement(ref _waiting);
        batch.Remove();
    }

    private void Fail(byte[] letter, LetterBatch batch, Error error)
    {
        _lastError = error.Reason;
        _failed.Enqueue((letter, batch));
    }
}
