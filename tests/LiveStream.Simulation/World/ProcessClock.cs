namespace LiveStream.Simulation.World;

/// <summary>
/// The time of a world as one process lives it: while the process is frozen nothing of it is done, and what became due meanwhile is done
/// when it goes on; once it has ended nothing is. Everything that a process does goes through here.
/// </summary>
internal sealed class ProcessClock(VirtualTime world) : TimeProvider
{
    private readonly Queue<Action> _parked = new();
    private bool _frozen;

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

    /// <summary>Does something now, or when the process goes on.</summary>
    public void Do(Action action)
    {
        if (_frozen)
        {
            _parked.Enqueue(action);
        }
        else if (!HasEnded)
        {
            action();
        }
    }

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
            if (dueTime != Timeout.InfiniteTimeSpan)
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
