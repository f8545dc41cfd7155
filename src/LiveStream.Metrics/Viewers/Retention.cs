using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Sliding retention of one window: per viewer 20 bits of activity at a tenth of the window, the newest in bit 0, and a scan of
/// them when the window's tenth slides.
/// </summary>
/// <param name="window">The window.</param>
/// <param name="index">Its place among the configured windows.</param>
/// <param name="viewers">The session's viewers.</param>
/// <param name="presence">Says who became active in a second; applied before.</param>
/// <param name="originSecond">The session's origin, seconds since the Unix epoch.</param>
public sealed class Retention(WindowSpec window, int index, ViewerTable viewers, Presence presence, long originSecond) : SessionOperator
{
    private const int Tenths = 10;
    private const uint NewerMask = (1u << Tenths) - 1;
    private const uint OlderMask = NewerMask << Tenths;

    private readonly Chunked<uint> _bits = new();

    private Ratio _value = new(0, 0);

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        var second = slice.Second;
        var intoTenth = (int)((originSecond + second) % window.TenthSeconds);
        foreach (ref readonly var activation in presence.Activations)
        {
            if (activation.BeforeSecond == ViewerRow.Never)
            {
                _bits.Ensure(activation.Viewer);
                _bits[activation.Viewer] = 1;
                continue;
            }

            // Borders of tenths between the two seconds; without one, the newest bit is set already.
            var sinceTenth = second - activation.BeforeSecond - intoTenth;
            if (sinceTenth > 0)
            {
                var passed = (sinceTenth + window.TenthSeconds - 1) / window.TenthSeconds;
                ref var bits = ref _bits[activation.Viewer];
                bits = (passed >= 2 * Tenths ? 0 : bits << passed) | 1;
            }
        }
    }

    /// <inheritdoc/>
    public override void Advance(in ClosedSecond closed)
    {
        if (closed.SettledSecond % window.TenthSeconds != 0)
        {
            return;
        }

        var newest = (closed.SettledSecond / window.TenthSeconds) - 1;
        long older = 0;
        long both = 0;
        for (var c = 0; ; c++)
        {
            var bits = _bits.Chunk(c);
            if (bits.IsEmpty)
            {
                break;
            }

            Scan(bits, viewers.ActiveSecond.Chunk(c), newest, ref older, ref both);
        }

        _value = new Ratio(both, older);
    }

    /// <inheritdoc/>
    public override void FillWindow(WindowFigures figures, in SlidWindow slid)
    {
        if (slid.Index == index)
        {
            figures.Retention = _value;
        }
    }

    private void Scan(ReadOnlySpan<uint> bits, ReadOnlySpan<int> activeSeconds, long newest, ref long older, ref long both)
    {
        // Nobody who was last active before this second has a bit left.
        var horizon = ((newest - (2 * Tenths) + 1) * window.TenthSeconds) - originSecond;
        for (var i = 0; i < bits.Length; i++)
        {
            if (activeSeconds[i] < horizon)
            {
                continue;
            }

            var passed = (int)(newest - ((originSecond + activeSeconds[i]) / window.TenthSeconds));
            var aligned = bits[i] << passed;
            var inOlder = (aligned & OlderMask) != 0 ? 1 : 0;
            older += inOlder;
            both += (aligned & NewerMask) != 0 ? inOlder : 0;
        }
    }
}
