using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Ten-minute segments counted from the session's first event: who was active in each, and who of them in the next one too.
/// Looks at a viewer once a second, and at every event only in the second in which a segment begins.
/// </summary>
/// <param name="viewers">The session's viewers.</param>
/// <param name="presence">Says who became active in a second; applied before.</param>
/// <param name="startMs">The session's first event relative to the origin, ms.</param>
public sealed class Segments(ViewerTable viewers, Presence presence, int startMs) : SessionOperator
{
    private const int SegmentMs = 600_000;

    private readonly List<long> _active = [];
    private readonly List<long> _retained = [];

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        var fromMs = (slice.Second * EngineOptions.HopMs) - startMs;
        var first = Math.Max(fromMs, 0) / SegmentMs;
        if ((fromMs + EngineOptions.HopMs - 1) / SegmentMs == first)
        {
            foreach (ref readonly var activation in presence.Activations)
            {
                Touch(activation.Viewer, first);
            }

            return;
        }

        for (var i = 0; i < slice.Events.Length; i++)
        {
            if (slice.Viewers[i] >= 0 && slice.Events[i].Type != EventType.Leave)
            {
                Touch(slice.Viewers[i], (slice.OffsetMs(slice.Events[i]) - startMs) / SegmentMs);
            }
        }
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        snapshot.Segments.Clear();
        var elapsed = snapshot.AsOfMs - snapshot.StartMs;
        for (var k = 0; (long)k * SegmentMs < elapsed; k++)
        {
            var active = k < _active.Count ? _active[k] : 0;
            var retained = k < _retained.Count ? _retained[k] : 0;
            snapshot.Segments.Add(new SegmentFigures(k, active, new Ratio(retained, active), elapsed < (k + 2L) * SegmentMs));
        }
    }

    private void Touch(int viewer, int segment)
    {
        ref var row = ref viewers.Rows[viewer];
        if (row.Segment == segment)
        {
            return;
        }

        while (_active.Count <= segment)
        {
            _active.Add(0);
            _retained.Add(0);
        }

        _active[segment]++;
        if (row.Segment == segment - 1)
        {
            _retained[segment - 1]++;
        }

        row.Segment = (byte)segment;
    }
}
