using System.Collections.Concurrent;
using System.Threading.Channels;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// One lane: a bounded channel and the one loop, on a thread of its own, that owns the state of the lane's rooms. Intakes write to the channel.
/// A thread and not a pool task, because the loop computes for long stretches and would starve the pool that serves Redis and screens.
/// </summary>
internal sealed class Lane
{
    // What is done between two messages, so that none waits long: some 100 us a room, some 50 us a step of a checkpoint.
    private const int SettleRooms = 4;
    private const int SaveSteps = 4;

    private readonly AutoResetEvent _woken = new(false);
    private readonly Channel<LaneMessage> _channel;
    private readonly ConcurrentQueue<EventBatch> _pool;
    private readonly LaneState _state;
    private readonly Dictionary<int, (LaneGroup Group, long WatermarkMs, long OffsetSum)> _groups = [];
    private readonly Dictionary<int, List<LaneLetter>> _early = [];
    private readonly List<LaneGroup> _settling = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Lane(int number, LaneState state, int queuedBatches, ConcurrentQueue<EventBatch> pool)
    {
        Number = number;
        _state = state;
        _pool = pool;
        _channel = Channel.CreateBounded<LaneMessage>(new BoundedChannelOptions(queuedBatches) { SingleReader = true });
    }

    /// <summary>Starts the loop; once, when every lane can be written to.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = $"lane {Number}" }.Start();

    /// <summary>There is a letter for it, or another lane has failed.</summary>
    public void Wake()
    {
        _channel.Writer.TryWrite(new LaneMessage(LaneMessageKind.Mail, -1));
        _woken.Set();
    }

    /// <summary>Set when another lane has failed and no letter can be waited for.</summary>
    public CancellationToken Broken { get; init; }

    /// <summary>Its number, from 0.</summary>
    public int Number { get; }

    /// <summary>Where intakes write.</summary>
    public ChannelWriter<LaneMessage> Writer => _channel.Writer;

    /// <summary>Outcomes of its events.</summary>
    public LaneCounters Counters => _state.Counters;

    /// <summary>Whether so many events wait in it that they should be settled rather than be joined by more; read from any thread.</summary>
    public bool IsFilling => _state.Counters.Buffered > _state.MaxBuffered / 4;

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
                GoOn();
            }

            foreach (var (group, _, _) in _groups.Values)
            {
                group.HandOutOwed();
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
        while (true)
        {
            TakeLetters();
            if (_channel.Reader.TryRead(out message))
            {
                return true;
            }

            if (GoOn())
            {
                continue;
            }

            var wait = _channel.Reader.WaitToReadAsync();
            if (!(wait.IsCompletedSuccessfully ? wait.Result : wait.AsTask().GetAwaiter().GetResult()) && !WaitForLetters())
            {
                return false;
            }
        }
    }

    // No message comes any more, but other lanes may still have something to send.
    private bool WaitForLetters()
    {
        if (Broken.IsCancellationRequested || !_groups.Values.Any(g => g.Group.IsWaiting))
        {
            return false;
        }

        _woken.WaitOne();
        return true;
    }

    private void TakeLetters()
    {
        while (_state.Post.TryTake(Number, out var letter))
        {
            if (_groups.TryGetValue(letter.Group, out var known))
            {
                Take(letter, known.Group);
                continue;
            }

            // Its sender is ahead of this lane, or this lane was the first to drop the group.
            if (!_early.TryGetValue(letter.Group, out var early))
            {
                _early[letter.Group] = early = [];
            }

            early.Add(letter);
        }
    }

    private void Forget(int group)
    {
        _early.Remove(group, out var letters);
        foreach (var letter in letters ?? [])
        {
            WideLane.Drop(_state, letter);
        }
    }

    private void Take(in LaneLetter letter, LaneGroup group)
    {
        group.Take(letter);
        while (!group.IsHeld && group.Held.TryDequeue(out var held))
        {
            Handle(held, group);
            held.Done?.TrySetResult();
        }
    }

    private void Handle(in LaneMessage message)
    {
        if (message.Done is not null)
        {
            // Who waits for a message waits for all before it.
            SettleSome(int.MaxValue);
        }

        switch (message.Kind)
        {
            case LaneMessageKind.Tick:
                Tick(message.TimeMs);
                return;
            case LaneMessageKind.Mail:
                return;
            case LaneMessageKind.Forget:
                Forget(message.Group);
                message.Done?.TrySetResult();
                return;
        }

        if (!_groups.TryGetValue(message.Group, out var known))
        {
            known.Group = new LaneGroup(_state, message.Group);
        }

        _groups[message.Group] = (known.Group, message.WatermarkMs, message.OffsetSum);
        if (known.Group.IsHeld && message.Kind != LaneMessageKind.Close)
        {
            known.Group.Held.Enqueue(message);
            return;
        }

        Handle(message, known.Group);
        message.Done?.TrySetResult();
        if (message.Kind != LaneMessageKind.Close && _early.Remove(message.Group, out var early))
        {
            foreach (var letter in early)
            {
                Take(letter, known.Group);
            }
        }
    }

    private void Handle(in LaneMessage message, LaneGroup group)
    {
        if (group.IsSettling && message.Kind is not (LaneMessageKind.Batch or LaneMessageKind.WideSeconds))
        {
            group.SettleSome(int.MaxValue);
            EndSettling(group);
        }

        switch (message.Kind)
        {
            case LaneMessageKind.Batch:
                if (IsFilling)
                {
                    // What is settled makes place for what comes.
                    SettleSome(int.MaxValue);
                }

                group.TakeIn(message.Batch!);
                message.Batch!.Clear();
                _pool.Enqueue(message.Batch);
                break;
            case LaneMessageKind.Settle:
                Settle(message.TimeMs, group);
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
            case LaneMessageKind.Widen:
                group.Widen(message.Wide!.Room);
                break;
            case LaneMessageKind.WideSeconds:
                group.Add(message.Wide!);
                break;
            case LaneMessageKind.Narrow:
                group.Narrow(message.Wide!.Room);
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
            group.Restore(message.Image!);
        }
        catch (InvalidDataException e)
        {
            message.Done!.SetException(e);
        }
    }

    private void Settle(long settledMs, LaneGroup group)
    {
        group.Settle(settledMs);
        if (group.IsSettling)
        {
            _settling.Add(group);
        }
        else
        {
            Sweep();
        }
    }

    // What takes long is done in steps between messages.
    private bool GoOn() => SettleSome(SettleRooms) | SaveSome();

    /// <summary>Goes on with the groups that are being settled, the oldest first; false when there are none.</summary>
    private bool SettleSome(int rooms)
    {
        var settling = _settling.Count > 0;
        while (rooms > 0 && _settling.Count > 0)
        {
            var group = _settling[0];
            rooms -= group.SettleSome(rooms);
            if (!group.IsSettling)
            {
                EndSettling(group);
            }
        }

        return settling;
    }

    private void EndSettling(LaneGroup group)
    {
        _settling.Remove(group);
        Sweep();
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
                group.SaveSome(SaveSteps);
            }
        }

        return saving;
    }

    private void Tick(long wallClockMs)
    {
        _state.TickMs = wallClockMs;
        foreach (var (group, watermarkMs, offsetSum) in _groups.Values)
        {
            group.HandOutLive(watermarkMs, offsetSum);
            group.HandOutOwedWhenDue();
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
