using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Ten-minute segments counted from the session's first event: who was active in each, and who of them in the next one too. A viewer's latest
/// activity says in which segment he was counted last. Told of activity in event-time order. Owned by one session.
/// </summary>
/// <param name="startMs">The session's first event relative to the origin, ms.</param>
public sealed class Segments(int startMs)
{
    private const int SegmentMs = 600_000;

    private readonly List<long> _active = [0];
    private readonly List<long> _retained = [0];
    private int _beginMs = startMs;

    /// <summary>The first activity of a viewer.</summary>
    public void Begin(int atMs)
    {
        OpenUntil(atMs);
        _active[^1]++;
    }

    /// <summary>Further activity of a viewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Observe(int beforeMs, int atMs)
    {
        if (atMs >= _beginMs + SegmentMs)
        {
            OpenUntil(atMs);
        }

        if (beforeMs < _beginMs)
        {
            Count(beforeMs);
        }
    }

    /// <summary>Fills the segments that began before T; those that are over and judged stay as they are.</summary>
    public void Fill(SessionSnapshot snapshot)
    {
        var elapsedMs = snapshot.AsOfMs - snapshot.StartMs;
        var figures = snapshot.Segments;
        var count = (int)((elapsedMs + SegmentMs - 1) / SegmentMs);
        while (figures.Count > count || (figures.Count > 0 && figures[^1].Open))
        {
            figures.RemoveAt(figures.Count - 1);
        }

        for (var k = figures.Count; k < count; k++)
        {
            var active = k < _active.Count ? _active[k] : 0;
            var retained = k < _retained.Count ? _retained[k] : 0;
            figures.Add(new SegmentFigures(k, active, new Ratio(retained, active), elapsedMs < (k + 2L) * SegmentMs));
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_beginMs);
        writer.WritePacked<long>(CollectionsMarshal.AsSpan(_active));
        writer.WritePacked<long>(CollectionsMarshal.AsSpan(_retained));
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _beginMs = reader.ReadInt();
        _active.Clear();
        _active.AddRange(reader.ReadPacked<long>());
        _retained.Clear();
        _retained.AddRange(reader.ReadPacked<long>());
    }

    private void Count(int beforeMs)
    {
        _active[^1]++;
        if (beforeMs >= _beginMs - SegmentMs)
        {
            _retained[^2]++;
        }
    }

    private void OpenUntil(int atMs)
    {
        while (atMs >= _beginMs + SegmentMs)
        {
            _beginMs += SegmentMs;
            _active.Add(0);
            _retained.Add(0);
        }
    }
}
