namespace LiveStream.Publish.Redis;

/// <summary>
/// How often live numbers of a room go out: every <c>LiveEveryMs</c> while that takes less than a tenth of a core, stretched towards
/// 200 ms when it takes more. Time spent may be added by any thread; the publisher's timer updates the interval.
/// </summary>
internal sealed class LivePace
{
    /// <summary>The interval is never stretched beyond this.</summary>
    public const int MostMs = 200;

    /// <summary>Share of a core that live writing may take.</summary>
    public const double Budget = 0.1;

    /// <summary>What one room takes at most, several times what it takes mostly.</summary>
    public static readonly TimeSpan MostPerRoom = TimeSpan.FromMicroseconds(20);

    /// <summary>Below this share of the budget the interval shrinks again.</summary>
    private const double Calm = 0.7;

    private readonly int leastMs;
    private long spentTicks;
    private int intervalMs;

    /// <summary>Starts unstretched.</summary>
    public LivePace(int leastMs) => this.leastMs = intervalMs = leastMs;

    /// <summary>Distance of two live writes of a room.</summary>
    public int IntervalMs => Volatile.Read(ref intervalMs);

    /// <summary>Whether the interval is longer than configured.</summary>
    public bool Stretched => IntervalMs > leastMs;

    /// <summary>Whether a distance has passed; true also when the wall clock was set back, so that nothing waits for it to catch up.</summary>
    public static bool IsDue(long nowMs, long lastMs, long everyMs) => nowMs - lastMs >= everyMs || nowMs < lastMs;

    /// <summary>
    /// Adds time spent on the live numbers of so many rooms. The clock also runs while the thread waits for a core, on a busy machine most of the time: what
    /// no room ever takes is not counted.
    /// </summary>
    public void Spent(TimeSpan time, int rooms) => Interlocked.Add(ref spentTicks, Math.Min(time.Ticks, rooms * MostPerRoom.Ticks));

    /// <summary>Sets the interval by what was spent in the time that has passed.</summary>
    public void Update(TimeSpan elapsed)
    {
        var load = Interlocked.Exchange(ref spentTicks, 0) / (double)Math.Max(1, elapsed.Ticks);
        var current = IntervalMs;
        if (load > Budget)
        {
            current = (int)Math.Min(MostMs, Math.Ceiling(current * Math.Min(4, load / Budget)));
        }
        else if (load < Budget * Calm)
        {
            current = (int)Math.Max(leastMs, current * Math.Max(0.5, load / (Budget * Calm)));
        }

        Volatile.Write(ref intervalMs, current);
    }
}
