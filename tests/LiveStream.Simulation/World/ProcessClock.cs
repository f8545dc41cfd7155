namespace LiveStream.Simulation.World;

/// <summary>
/// The time of a world as one process lives it: while the process is frozen nothing of it is done, and what became due meanwhile is done
/// when it goes on; once it has ended nothing is. Everything that a process does goes through here.
/// </summary>
internal sealed class ProcessClock(VirtualTime world) : TimeProvider
{
    private readonly Queue<Action> _parked = new();
    private readonly List<Action> _limits = [];
    private bool _frozen;
    private int _stepsLeft;
    private Action _die = static () => { };

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Wall clock, ms since the Unix epoch.</summary>
    public long NowMs => world.NowMs;

    /// <inheritdoc/>
    public override long TimestampFrequency => 1000;

    /// <inheritdoc/>
    public override long GetTimestamp() => world.NowMs;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(world.NowMs);

    /// <summary>Whether the process's reading thread waits for something that others do: no time passes for it meanwhile.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Does something now, or when the process goes on.</summary>
    public void Do(Action action)
    {
        if (_frozen)
        {
            _parked.Enqueue(action);
        }
        else if (Lives())
        {
            action();
        }
    }

    /// <summary>The process dies a number of steps from now.</summary>
    public void DieAfter(int steps, Action die) => (_stepsLeft, _die) = (steps, die);

    /// <summary>A step of the process; false when it does not come to that.</summary>
    public bool Lives()
    {
        if (_stepsLeft > 0 && --_stepsLeft == 0 && !HasEnded)
        {
            _die();
        }

        return !HasEnded;
    }

    /// <summary>The reading thread does something that it waits for.</summary>
    public void Block(Action action)
    {
        IsBlocked = true;
        try
        {
            action();
        }
        finally
        {
            IsBlocked = false;
            _limits.Clear();
        }
    }

    /// <summary>What the reading thread waits for does not come before its limit.</summary>
    public void PassLimits() => _limits.ForEach(static limit => limit());

    /// <summary>Does something after a while.</summary>
    public void In(long waitMs, Action action) => world.In(waitMs, () => Do(action));

    /// <summary>The process is stopped where it is.</summary>
    public void Freeze() => _frozen = true;

    /// <summary>The process goes on.</summary>
    public void Thaw()
    {
        _frozen = false;
        while (!_frozen && !HasEnded && _parked.TryDequeue(out var action))
        {
            action();
        }
    }

    /// <summary>The process is no more.</summary>
    public void End()
    {
        HasEnded = true;
        _frozen = false;
        _parked.Clear();
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new OneShot(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A timer that fires once; a later change replaces an earlier one.</summary>
    private sealed class OneShot(ProcessClock clock, Action fire) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
            {
                throw new NotSupportedException("A periodic timer never lets a simulated world come to rest.");
            }

            var version = ++_version;
            if (clock.IsBlocked)
            {
                clock._limits.Add(() => Fire(version));
            }
            else if (dueTime != Timeout.InfiniteTimeSpan)
            {
                clock.In((long)dueTime.TotalMilliseconds, () => Fire(version));
            }

            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int version)
        {
            if (version == _version)
            {
                fire();
            }
        }
    }
}
