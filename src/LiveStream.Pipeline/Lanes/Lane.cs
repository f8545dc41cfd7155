using System.Collections.Concurrent;
using System.Threading.Channels;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// One lane: a bounded channel and the one loop, on a thread of its own, that owns the state of the lane's rooms. Intakes write to the channel.
/// A thread and not a pool task, because the loop computes for long stretches and would starve the pool that serves Redis and screens.
/// </summary>
internal sealed class Lane
{
    // What is written of a checkpoint between two messages; well under a millisecond.
    private const long SaveBytes = 1 << 20;

    private readonly int _lanes;
    private readonly Channel<LaneMessage> _channel;
    private readonly ConcurrentQueue<EventBatch> _pool;
    private readonly LaneState _state;
    private readonly Dictionary<int, (LaneGroup Group, long WatermarkMs, long OffsetSum)> _groups = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Lane(int number, int lanes, LaneState state, int queuedBatches, ConcurrentQueue<EventBatch> pool)
    {
        Number = number;
        _lanes = lanes;
        _state = state;
        _pool = pool;
        _channel = Channel.CreateBounded<LaneMessage>(new BoundedChannelOptions(queuedBatches) { SingleReader = true });
        new Thread(Run) { IsBackground = true, Name = $"lane {number}" }.Start();
    }

    /// <summary>Its number, from 0.</summary>
    public int Number { get; }

    /// <summary>Where intakes write.</summary>
    public ChannelWriter<LaneMessage> Writer => _channel.Writer;

    /// <summary>Outcomes of its events.</summary>
    public LaneCounters Counters => _state.Counters;

    /// <summary>Ends with the loop; faulted with what the loop threw.</summary>
    public Task Ended => _ended.Task;

    private void Run()
    {
        LaneMessage message = default;
        try
        {
            while (Next(out message))
            {
                Handle(message);
                SaveSome();
            }

            _ended.SetResult();
        }
        catch (Exception e)
        {
            _channel.Writer.TryComplete(e);
            do
            {
                message.Done?.TrySetException(e);
                message.Saved?.TrySetException(e);
            }
            while (_channel.Reader.TryRead(out message));

            _ended.SetException(e);
        }
    }

    private bool Next(out LaneMessage message)
    {
        while (!_channel.Reader.TryRead(out message))
        {
            if (SaveSome())
            {
                continue;
            }

            var wait = _channel.Reader.WaitToReadAsync();
            if (!(wait.IsCompletedSuccessfully ? wait.Result : wait.AsTask().GetAwaiter().GetResult()))
            {
                return false;
            }
        }

        return true;
    }

    private void Handle(in LaneMessage message)
    {
        if (message.Kind == LaneMessageKind.Tick)
        {
            Tick(message.TimeMs);
            return;
        }

        if (!_groups.TryGetValue(message.Group, out var known))
        {
            known.Group = new LaneGroup(_state, message.Group);
        }

        _groups[message.Group] = (known.Group, message.WatermarkMs, message.OffsetSum);
        Handle(message, known.Group);
        message.Done?.TrySetResult();
    }

    private void Handle(in LaneMessage message, LaneGroup group)
    {
        switch (message.Kind)
        {
            case LaneMessageKind.Batch:
                group.TakeIn(message.Batch!);
                message.Batch!.Clear();
                _pool.Enqueue(message.Batch);
                break;
            case LaneMessageKind.Settle:
                group.Settle(message.TimeMs);
                Sweep();
                break;
            case LaneMessageKind.Finish:
                group.Finish();
                break;
            case LaneMessageKind.Close:
                group.Drop();
                _groups.Remove(message.Group);
                break;
            case LaneMessageKind.WholeFrom:
                group.SetWholeFrom(message.TimeMs);
                break;
            case LaneMessageKind.Save:
                group.Save(message.Saved!);
                break;
            case LaneMessageKind.Restore:
                Restore(message, group);
                break;
        }
    }

    // An image that cannot be read is its owner's concern: he has another, or the log.
    private void Restore(in LaneMessage message, LaneGroup group)
    {
        try
        {
            group.Restore(message.Image!, Number, _lanes);
        }
        catch (InvalidDataException e)
        {
            message.Done!.SetException(e);
        }
    }

    /// <summary>Goes on with checkpoints that are being written; false when there are none.</summary>
    private bool SaveSome()
    {
        var saving = false;
        foreach (var (group, _, _) in _groups.Values)
        {
            if (group.IsSaving)
            {
                saving = true;
                group.SaveSome(SaveBytes);
            }
        }

        return saving;
    }

    private void Tick(long wallClockMs)
    {
        foreach (var (group, watermarkMs, offsetSum) in _groups.Values)
        {
            group.HandOutLive(watermarkMs, offsetSum);
        }

        _state.Sink.OnTick(wallClockMs);
    }

    private void Sweep()
    {
        if (!_state.Names.NeedsSweep)
        {
            return;
        }

        _state.Names.BeginSweep();
        foreach (var (group, _, _) in _groups.Values)
        {
            group.MarkNames();
        }

        _state.Names.EndSweep();
    }
}
