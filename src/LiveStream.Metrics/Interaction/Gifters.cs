using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Interaction;

/// <summary>Distinct users with a gift. Remembers nothing of viewers who never give one.</summary>
public sealed class Gifters(WindowSpec[] windows) : SessionOperator
{
    private readonly Dictionary<int, int> _lastSecond = [];
    private readonly DistinctRing _gifting = new(windows[^1].Seconds);

    /// <inheritdoc/>
    public override void Open(int second) => _gifting.Open(second);

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            if (slice.Events[i].Type != EventType.Gift)
            {
                continue;
            }

            var viewer = slice.Viewers[i];
            _gifting.Move(_lastSecond.GetValueOrDefault(viewer, DistinctRing.Never), slice.Second);
            _lastSecond[viewer] = slice.Second;
        }
    }

    /// <inheritdoc/>
    public override void FillWindow(WindowFigures figures, in SlidWindow slid) => figures.Gifters = _gifting.CountLast(slid.Window.Seconds);

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot) => snapshot.SessionWindow.Gifters = _gifting.Total;
}
