using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// A metric of one session that stands beside the pass over viewers and products. <see cref="SessionMetrics"/> lists the operators and calls each with
/// every slice that has events of its types, behind the pass. What it counts per window goes into columns (<see cref="Windows.Column"/>), what it
/// remembers of a viewer into reserved columns of his side row. Owned by the session.
/// </summary>
public abstract class SessionOperator
{
    /// <summary>Bit per event type that it wants to see.</summary>
    public abstract uint Types { get; }

    /// <summary>Applies the events of a second.</summary>
    public abstract void Apply(in Slice slice);

    /// <summary>Fills what stands beside the windows' columns.</summary>
    public virtual void Fill(SessionSnapshot snapshot)
    {
    }

    /// <summary>Writes what it remembers itself.</summary>
    public virtual void Save(StateWriter writer)
    {
    }

    /// <summary>Takes over what was written.</summary>
    public virtual void Restore(ref StateReader reader)
    {
    }

    /// <summary>Marks every interned name that it refers to.</summary>
    public virtual void MarkNames()
    {
    }
}

/// <summary>A window that slides at the closed second.</summary>
/// <param name="Index">Its place among the configured windows.</param>
/// <param name="Window">Its arithmetic.</param>
/// <param name="SettledSecond">T', in seconds since the Unix epoch.</param>
public readonly record struct SlidWindow(int Index, Windows.WindowSpec Window, long SettledSecond);
