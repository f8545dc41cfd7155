using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// The running totals of one room's session as the generator knows them: plain sums over what an engine has to accept. Written by
/// the one thread that makes the events; another may read any number while it runs (each is whole, together they may differ by an event).
/// </summary>
public sealed class TruthRoom
{
    private readonly HashSet<(int Viewer, long Order)> _orderIds = [];
    private readonly HashSet<(int Viewer, long Order)> _paidOrderIds = [];
    private readonly Dictionary<int, uint> _typesOf = [];

    /// <summary>Events by type; likes and gifts by their count.</summary>
    public long[] Events { get; } = new long[EventTypes.Count];

    /// <summary>Events applied, room events included.</summary>
    public long Applied { get; private set; }

    /// <summary>Events dropped because they came too late.</summary>
    public long Late { get; internal set; }

    /// <summary>Events that came too late and are moved, not dropped.</summary>
    public long Moved { get; internal set; }

    /// <summary>Copies of trade events.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Lines that have to be rejected.</summary>
    public long Garbage { get; internal set; }

    /// <summary>Distinct (user, order) of order events.</summary>
    public long Orders => _orderIds.Count;

    /// <summary>Distinct (user, order) of payments.</summary>
    public long PaidOrders => _paidOrderIds.Count;

    /// <summary>Sum of the amounts of payments, minor units.</summary>
    public long GmvMinor { get; private set; }

    /// <summary>Sum of the units of payments.</summary>
    public long Units { get; private set; }

    /// <summary>Sum of the amounts of refunds, minor units.</summary>
    public long RefundedMinor { get; private set; }

    /// <summary>Distinct users with an event other than leave.</summary>
    public long Viewers { get; private set; }

    /// <summary>Distinct users who interacted.</summary>
    public long Interacting { get; private set; }

    /// <summary>Distinct users by the type of their events.</summary>
    public long[] UsersByType { get; } = new long[EventTypes.ViewerCount];

    /// <summary>Event time of the first applied event so far, or null.</summary>
    public long? FirstMs { get; private set; }

    /// <summary>Adds one event that is applied.</summary>
    internal void Apply(in SimulatedEvent e, long timeMs)
    {
        Applied++;
        FirstMs = Math.Min(FirstMs ?? timeMs, timeMs);
        Events[(int)e.Type] += e.Type is EventType.Like or EventType.Gift ? e.Count : 1;
        if (EventTypes.IsViewer(e.Type))
        {
            See(e.Viewer, e.Type);
        }

        AddTrade(in e, 1);
        if (e.Type == EventType.Order)
        {
            _orderIds.Add((e.Viewer, e.Order));
        }
        else if (e.Type == EventType.Payment)
        {
            _paidOrderIds.Add((e.Viewer, e.Order));
        }
    }

    /// <summary>Another copy of a trade event counts instead of the one that was applied; both name the same order.</summary>
    internal void Replace(in SimulatedEvent before, in SimulatedEvent after, long afterMs)
    {
        AddTrade(in before, -1);
        AddTrade(in after, 1);
        FirstMs = Math.Min(FirstMs ?? afterMs, afterMs);
    }

    private void AddTrade(in SimulatedEvent e, int sign)
    {
        if (e.Type == EventType.Payment)
        {
            GmvMinor += sign * e.AmountMinor;
            Units += sign * e.Quantity;
        }
        else if (e.Type == EventType.Refund)
        {
            RefundedMinor += sign * e.AmountMinor;
        }
    }

    private void See(int viewer, EventType type)
    {
        ref var seen = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_typesOf, viewer, out _);
        var before = seen;
        seen |= 1u << (int)type;
        if (before == seen)
        {
            return;
        }

        UsersByType[(int)type]++;
        Viewers += IsViewer(seen) && !IsViewer(before) ? 1 : 0;
        Interacting += Interacts(seen) && !Interacts(before) ? 1 : 0;
    }

    private static bool IsViewer(uint types) => (types & ~(1u << (int)EventType.Leave)) != 0;

    private static bool Interacts(uint types)
    {
        for (var type = 0; type < EventTypes.ViewerCount; type++)
        {
            if (((types >> type) & 1) != 0 && EventTypes.IsInteraction((EventType)type))
            {
                return true;
            }
        }

        return false;
    }
}
