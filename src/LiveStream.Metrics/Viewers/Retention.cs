using System.Runtime.CompilerServices;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Sliding retention of every window without a look at viewers who do nothing. With tenths of a window as the unit of time, a user is in both
/// halves [t-20, t-10) and [t-10, t) exactly when his last activity a of the older half and the next one, b, are there; each user has one such pair of
/// neighbouring activities at most. So a pair (a, b) counts for the t from max(a + 10, b) + 1 to min(a + 20, b + 10), all still to come when b
/// happens: two additions to a ring of differences. Owned by one session.
/// </summary>
public sealed class Retention
{
    private const int Tenths = 10;
    private const int Ring = 32;

    private readonly Window[] _windows;

    /// <summary>Creates empty counts.</summary>
    /// <param name="windows">The configured windows.</param>
    /// <param name="originSecond">The session's origin, seconds since the Unix epoch.</param>
    public Retention(WindowSpec[] windows, long originSecond)
    {
        _windows = [.. windows.Select(w => new Window(w.TenthSeconds, (int)(originSecond % w.TenthSeconds)))];
    }

    /// <summary>A user is active in a second, for the first time since an earlier one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pair(int before, int second)
    {
        foreach (ref var window in _windows.AsSpan())
        {
            if (before < window.TenthBegin)
            {
                window.Pair(before, second);
            }
        }
    }

    /// <summary>Begins a second, relative to the origin; seconds begin in order.</summary>
    public void Open(int second)
    {
        foreach (ref var window in _windows.AsSpan())
        {
            if (second >= window.TenthBegin + window.Length)
            {
                window.BeginTenth(second);
            }
        }
    }

    /// <summary>Fills the retention of a window that has slid; its viewers are filled.</summary>
    /// <param name="window">Its place among the configured windows.</param>
    /// <param name="second">The second that is closed, relative to the origin.</param>
    /// <param name="figures">What is filled.</param>
    public void Slide(int window, int second, WindowFigures figures)
    {
        ref var slid = ref _windows[window];
        if ((second + 1 + slid.Phase) % slid.Length == 0)
        {
            figures.Retention = slid.At(slid.TenthOf(second + 1), figures.Viewers);
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        foreach (ref readonly var window in _windows.AsSpan())
        {
            window.Save(writer);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        foreach (ref var window in _windows.AsSpan())
        {
            window.Restore(ref reader);
        }
    }

    private struct Window(int length, int phase)
    {
        public readonly int Length = length;
        public readonly int Phase = phase;

        // First second of the tenth that holds the open second.
        public int TenthBegin = -phase;
        private readonly ulong _inverse = ((1UL << 40) / (ulong)length) + 1;
        private readonly int[] _differences = new int[Ring];
        private readonly long[] _viewersBefore = new long[Tenths];
        private long _both;

        /// <summary>The tenth that a second lies in, counted from the one of the origin.</summary>
        public readonly int TenthOf(int second) => (int)(((ulong)(second + Phase) * _inverse) >> 40);

        public void BeginTenth(int second) => TenthBegin = (TenthOf(second) * Length) - Phase;

        public readonly void Pair(int before, int second)
        {
            var a = TenthOf(before);
            var b = TenthOf(second);
            var from = Math.Max(a + Tenths, b) + 1;
            var to = Math.Min(a + (2 * Tenths), b + Tenths) + 1;
            if (from < to)
            {
                _differences[from & (Ring - 1)]++;
                _differences[to & (Ring - 1)]--;
            }
        }

        public readonly void Save(StateWriter writer)
        {
            writer.Write(TenthBegin);
            writer.Write(_both);
            writer.WritePacked<int>(_differences);
            writer.WritePacked<long>(_viewersBefore);
        }

        public void Restore(ref StateReader reader)
        {
            TenthBegin = reader.ReadInt();
            _both = reader.ReadLong();
            reader.ReadPacked<int>(_differences);
            reader.ReadPacked<long>(_viewersBefore);
        }

        public Ratio At(int tenth, long viewers)
        {
            ref var difference = ref _differences[tenth & (Ring - 1)];
            _both += difference;
            difference = 0;
            ref var before = ref _viewersBefore[tenth % Tenths];
            var value = new Ratio(_both, before);
            before = viewers;
            return value;
        }
    }
}
