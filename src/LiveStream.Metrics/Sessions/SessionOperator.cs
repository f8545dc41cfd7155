using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// One metric, or a few that share their state, of one session. <see cref="SessionMetrics"/> lists the operators and calls each with
/// every slice, every closed second and every window that slides; an operator overrides what it needs. Owned by the session.
/// </summary>
public abstract class SessionOperator
{
    /// <summary>Whether a cap has made its numbers inexact.</summary>
    public virtual bool Capped => false;

    /// <summary>Begins a second, relative to the session's origin; seconds begin in order, quiet ones may be left out.</summary>
    public virtual void Open(int second)
    {
    }

    /// <summary>Applies the events of the open second.</summary>
    public abstract void Apply(in Slice slice);

    /// <summary>Closes the open second.</summary>
    public virtual void Advance(in ClosedSecond closed)
    {
    }

    /// <summary>Fills a sliding window that has just slid.</summary>
    public virtual void FillWindow(WindowFigures figures, in SlidWindow slid)
    {
    }

    /// <summary>Fills what is not tied to a sliding window: the session window and everything beside the windows.</summary>
    public virtual void Fill(SessionSnapshot snapshot)
    {
    }

    /// <summary>Marks every interned name that it refers to.</summary>
    public virtual void MarkNames()
    {
    }
}

/// <summary>A second that is closed.</summary>
/// <param name="Second">Relative to the session's origin.</param>
/// <param name="SettledSecond">The T that it settles, in seconds since the Unix epoch.</param>
public readonly record struct ClosedSecond(int Second, long SettledSecond);

/// <summary>A window that slides at the closed second.</summary>
/// <param name="Index">Its place among the configured windows.</param>
/// <param name="Window">Its arithmetic.</param>
/// <param name="SettledSecond">T', in seconds since the Unix epoch.</param>
public readonly record struct SlidWindow(int Index, WindowSpec Window, long SettledSecond);
