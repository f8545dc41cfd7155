using System.Collections.Concurrent;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Intake;

/// <summary>
/// What an intake has for one lane: the batch that is being filled and the messages that wait for room in the lane's channel. Holds at most
/// what is read between two flushes.
/// </summary>
internal sealed class LaneOutbox(int group, Lane lane, int batchEvents, ConcurrentQueue<EventBatch> pool, NameNumbers names)
{
    private readonly Queue<LaneMessage> _waiting = new();
    private EventBatch? _filling;
    private long _watermarkMs = long.MinValue;
    private long _offsetSum;

    public void Append(scoped in ParsedEvent parsed, int room, long timeMs, bool moved)
    {
        if (_filling is null)
        {
            _filling = pool.TryDequeue(out var pooled) ? pooled : new EventBatch(batchEvents);
            _filling.Begin(names, lane.Number);
        }

        _filling.Append(parsed, room, timeMs, moved);
        if (_filling.IsFull)
        {
            Seal(_watermarkMs, _offsetSum);
        }
    }

    public void Seal(long watermarkMs, long offsetSum)
    {
        _watermarkMs = watermarkMs;
        _offsetSum = offsetSum;
        if (_filling is not null)
        {
            _waiting.Enqueue(new LaneMessage(LaneMessageKind.Batch, group) { WatermarkMs = watermarkMs, OffsetSum = offsetSum, Batch = _filling });
            _filling = null;
        }
    }

    public void Send(in LaneMessage message) => _waiting.Enqueue(message);

    public bool TryFlush()
    {
        while (_waiting.TryPeek(out var message))
        {
            if (!lane.Writer.TryWrite(message))
            {
                ThrowIfEnded();
                return false;
            }

            _waiting.Dequeue();
        }

        return true;
    }

    public void Flush(CancellationToken cancellation)
    {
        while (!TryFlush())
        {
            lane.Writer.WaitToWriteAsync(cancellation).AsTask().GetAwaiter().GetResult();
        }
    }

    private void ThrowIfEnded()
    {
        if (lane.Ended.IsCompleted)
        {
            lane.Ended.GetAwaiter().GetResult();
            throw new InvalidOperationException("The lane has ended; nothing can be added to it.");
        }
    }
}
