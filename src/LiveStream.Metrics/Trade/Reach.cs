using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Distinct users with an impression, click, cart, order, payment (buyers are the last of them), and how long users took to their
/// first order and payment.
/// </summary>
public sealed class Reach : SessionOperator
{
    private const int OrderStep = 3;
    private const int PaymentStep = 4;

    private readonly ViewerTable _viewers;
    private readonly TradeRows _rows;
    private readonly DistinctRing[] _rings;
    private readonly DelayHistogram _timeToOrder = new();
    private readonly DelayHistogram _timeToPay = new();

    /// <summary>Creates the five distinct counts.</summary>
    public Reach(ViewerTable viewers, TradeRows rows, WindowSpec[] windows)
    {
        _viewers = viewers;
        _rows = rows;
        _rings = [.. Enumerable.Range(0, 5).Select(_ => new DistinctRing(windows[^1].Seconds))];
    }

    /// <summary>Users with a payment in the session.</summary>
    public long Buyers => _rings[PaymentStep].Total;

    /// <inheritdoc/>
    public override void Open(int second)
    {
        foreach (var ring in _rings)
        {
            ring.Open(second);
        }
    }

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            var step = Step(slice.Events[i].Type);
            if (step < 0)
            {
                continue;
            }

            ref var row = ref _rows[_rows.Of(slice.Viewers[i])];
            ref var last = ref Last(ref row, step);
            if (last == DistinctRing.Never && step >= OrderStep)
            {
                var delays = step == OrderStep ? _timeToOrder : _timeToPay;
                delays.Add(slice.OffsetMs(slice.Events[i]) - _viewers.Rows[slice.Viewers[i]].FirstMs);
            }

            if (last != slice.Second)
            {
                _rings[step].Move(last, slice.Second);
                last = slice.Second;
            }
        }
    }

    /// <inheritdoc/>
    public override void FillWindow(WindowFigures figures, in SlidWindow slid)
    {
        for (var step = 0; step < _rings.Length; step++)
        {
            figures.Reach[step] = _rings[step].CountLast(slid.Window.Seconds);
        }

        figures.Trade.Buyers = figures.Reach[PaymentStep];
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        var figures = snapshot.SessionWindow;
        for (var step = 0; step < _rings.Length; step++)
        {
            figures.Reach[step] = _rings[step].Total;
        }

        figures.Trade.Buyers = figures.Reach[PaymentStep];
        snapshot.Whole.TimeToOrder = _timeToOrder.Figures;
        snapshot.Whole.TimeToPay = _timeToPay.Figures;
    }

    private static int Step(EventType type) => type switch
    {
        EventType.Impression => 0,
        EventType.Click => 1,
        EventType.Cart => 2,
        EventType.Order => OrderStep,
        EventType.Payment => PaymentStep,
        _ => -1,
    };

    private static ref int Last(ref TradeRow row, int step)
    {
        switch (step)
        {
            case 0: return ref row.Impression;
            case 1: return ref row.Click;
            case 2: return ref row.Cart;
            case 3: return ref row.Order;
            default: return ref row.Payment;
        }
    }
}
