using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Funnels;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The single pass over a slice: finds the row of each event's viewer, asked for a few events ahead, and lets everything that is counted per viewer
/// see the event while the row is near. Owned by one session.
/// </summary>
public sealed class Audience
{
    // Lines are asked for in two steps: the row of an event's viewer first, what the row points to some events later.
    private const int RowAhead = 16;
    private const int LinkAhead = 8;

    private readonly WindowSums _sums;
    private readonly DistinctCells _seen;
    private readonly SideRows _sides;
    private readonly Sales _sales;
    private readonly Retention _retention;
    private readonly Segments _segments;
    private readonly Survival _survival = new();
    private readonly Presence _presence;
    private readonly Newcomers _newcomers;
    private readonly Reach _reach;
    private readonly Orders _orders;
    private readonly Funnel[] _funnels;

    // Types that are more than a sign of life or an interaction.
    private readonly uint _furtherTypes;

    // Whether a funnel counts leaves, so that a viewer is remembered who has done nothing else.
    private readonly bool _remembersLeavers;

    /// <summary>Creates the metrics of the pass.</summary>
    public Audience(
        EngineOptions options, WindowSpec[] windows, NameTable names, long startMs, WindowSums sums,
        DistinctCells seen, DistinctCells acting, SideRows sides, Sales sales)
    {
        _sums = sums;
        _seen = seen;
        _sides = sides;
        _sales = sales;
        _retention = new Retention(windows, startMs / EngineOptions.HopMs);
        _segments = new Segments((int)(startMs % EngineOptions.HopMs));
        _presence = new Presence(options, sums, seen, _retention, _segments, _survival);
        _newcomers = new Newcomers(names, options.Caps.MaxChannelsPerSession);
        _reach = new Reach(acting, sides);
        _orders = new Orders(sums, acting, sides, options.Caps.MaxOrdersPerSession);
        _funnels = [.. Funnels(options, acting, sides)];
        _furtherTypes = Reach.Types | EventTypes.TradeTypes | (1u << (int)EventType.Enter) | _funnels.Aggregate(0u, (types, f) => types | f.Types);
        _remembersLeavers = Array.Exists(_funnels, f => (f.Types & (1u << (int)EventType.Leave)) != 0);
    }

    /// <summary>The viewers.</summary>
    public KeyTable<ViewerRow> Viewers { get; } = new();

    /// <summary>Online at the end of the second that is being applied.</summary>
    public long OnlineNow => _presence.OnlineNow;

    /// <summary>Whether a cap made a number inexact.</summary>
    public bool Capped => _newcomers.Capped || _orders.Capped;

    /// <summary>Begins a second.</summary>
    public void Open(int second)
    {
        _retention.Open(second);
        _survival.Open(second);
    }

    /// <summary>Whether there is room for what an event would have to remember.</summary>
    public bool Fits(in RoomEvent e, SessionCaps caps) => (e.Product < 0 || _sales.Products.Fits(e.Product))
        && (!EventTypes.IsViewer(e.Type) || e.Foreign || caps.HasRoomForViewer || !Unsafe.IsNullRef(ref Viewers.Find(e.Viewer)));

    /// <summary>Applies a slice; events that a cap turns away are counted and left out. Of foreign events only the product is counted.</summary>
    /// <returns>Time of the last event that was applied, ms since the Unix epoch.</returns>
    public long Apply(in Slice slice, SessionCaps caps, ref SettleCounts counts)
    {
        var events = slice.Events;
        var lastMs = 0L;
        _sales.Begin(slice);
        for (var i = 0; i < Math.Min(RowAhead, events.Length); i++)
        {
            PrefetchRow(slice, events[i]);
        }

        for (var i = 0; i < Math.Min(LinkAhead, events.Length); i++)
        {
            PrefetchLinks(events[i]);
        }

        for (var i = 0; i < events.Length; i++)
        {
            if (i + RowAhead < events.Length)
            {
                PrefetchRow(slice, events[i + RowAhead]);
            }

            if (i + LinkAhead < events.Length)
            {
                PrefetchLinks(events[i + LinkAhead]);
            }

            ref readonly var e = ref events[i];
            if ((e.Product >= 0 && !_sales.Products.Fits(e.Product)) || (EventTypes.IsViewer(e.Type) && !e.Foreign && !TryApply(slice, i, caps)))
            {
                counts.RejectedCapacity += e.Foreign ? 0 : 1;
                counts.ForeignRejected += e.Foreign ? 1 : 0;
                continue;
            }

            counts.Applied += e.Foreign ? 0 : 1;
            counts.Moved += e.Moved && !e.Foreign ? 1 : 0;
            lastMs = e.TimeMs;
            if (e.Product >= 0)
            {
                _sales.Apply(e, slice.Details);
            }
        }

        _sales.End();
        return lastMs;
    }

    /// <summary>Closes a second.</summary>
    public void Close(int second)
    {
        _presence.Advance(second);
        _survival.Advance(second);
    }

    /// <summary>Delays to the first order and payment that were found since they were taken last; whoever closes seconds takes them.</summary>
    public List<(FirstStep Of, int DelayMs)> Delays => _reach.Delays;

    /// <summary>Adds delays to those of the session.</summary>
    public void TakeDelays(List<(FirstStep Of, int DelayMs)> delays) => _reach.TakeDelays(delays);

    /// <summary>Fills the delays.</summary>
    public void FillDelays(SessionFigures figures)
    {
        figures.TimeToOrder = _reach.TimeToOrder.Figures;
        figures.TimeToPay = _reach.TimeToPay.Figures;
    }

    /// <summary>Keeps the viewers of one part of the session.</summary>
    public void KeepOnly(Func<ulong, bool> own) => Viewers.KeepOnly(own);

    /// <summary>Forgets what was counted; another part of the session keeps it.</summary>
    public void Clear()
    {
        _retention.Clear();
        _segments.Clear();
        _survival.Clear();
        _presence.Clear();
        _newcomers.Clear();
        _orders.Clear();
    }

    /// <summary>Adds what another part of the same session counted.</summary>
    public void Add(Audience other)
    {
        _retention.Add(other._retention);
        _segments.Add(other._segments);
        _survival.Add(other._survival);
        _presence.Add(other._presence);
        _newcomers.Add(other._newcomers);
        _orders.Add(other._orders);
    }

    /// <summary>Takes over the viewers of another part who are this one's.</summary>
    public void AddRows(Audience other, Func<ulong, bool> own)
    {
        _orders.AddRows(other._orders);
        Viewers.Expect(other.Viewers.Count);
        other.Viewers.ForEach((ref ViewerRow row) =>
        {
            if (own(row.Key))
            {
                ref var taken = ref Viewers.Add(row.Key);
                taken = row;
                _sides.TakeOver(ref taken, other._sides);
            }
        });
    }

    /// <summary>Fills what the columns of a window that has slid do not say.</summary>
    public void Slide(int second, in SlidWindow slid, WindowFigures figures) => _retention.Slide(slid.Index, second, figures);

    /// <summary>Fills what is not tied to a window's hop; the session's columns are filled.</summary>
    public void Fill(SessionSnapshot snapshot)
    {
        var whole = snapshot.Whole;
        _presence.Fill(whole);
        _segments.Fill(snapshot);
        _survival.Fill(snapshot);
        _newcomers.Fill(whole, snapshot.SessionWindow.Viewers);
        whole.Repurchase = _orders.Repurchase;
        FillDelays(whole);
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        Viewers.Save(writer);
        _retention.Save(writer);
        _segments.Save(writer);
        _survival.Save(writer);
        _presence.Save(writer);
        _newcomers.Save(writer);
        _reach.Save(writer);
        _orders.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        Viewers.Restore(ref reader, reader.OwnViewers);
        _retention.Restore(ref reader);
        _segments.Restore(ref reader);
        _survival.Restore(ref reader);
        _presence.Restore(ref reader);
        _newcomers.Restore(ref reader);
        _reach.Restore(ref reader);
        _orders.Restore(ref reader);
    }

    /// <summary>Marks the names it refers to.</summary>
    public void MarkNames() => _newcomers.MarkNames();

    private static IEnumerable<Funnel> Funnels(EngineOptions options, DistinctCells cells, SideRows sides)
    {
        var column = Column.Funnels;
        var watched = options.Funnels.FirstOrDefault(f => ((Reach.Types | EventTypes.TradeTypes) >> (int)f.Steps[0] & 1) == 0);
        foreach (var funnel in options.Funnels)
        {
            yield return new Funnel(funnel, column, cells, sides, ReferenceEquals(funnel, watched));
            column += funnel.Steps.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchRow(in Slice slice, in RoomEvent e)
    {
        Viewers.Prefetch(e.Viewer);
        if (e.Product >= 0)
        {
            _sales.Products.Prefetch(e.Product);
        }

        if (EventTypes.IsTrade(e.Type))
        {
            _orders.Prefetch(e, slice.Details[e.Detail]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchLinks(in RoomEvent e)
    {
        ref readonly var row = ref Viewers.Guess(e.Viewer);
        _seen.Prefetch(row.LastMs / EngineOptions.HopMs);
        if (((_furtherTypes >> (int)e.Type) & 1) != 0)
        {
            _sides.Prefetch(row);
        }
    }

    private bool TryApply(in Slice slice, int index, SessionCaps caps)
    {
        ref readonly var e = ref slice.Events[index];
        var atMs = slice.OffsetMs(e);
        ref var row = ref Viewers.Find(e.Viewer);
        if (e.Type == EventType.Leave)
        {
            return TryLeave(slice, index, ref row, caps);
        }

        if (Unsafe.IsNullRef(ref row))
        {
            if (!caps.TryTakeViewer())
            {
                return false;
            }

            row = ref Viewers.Add(e.Viewer);
            row.BeginActivity(atMs);
            _presence.Begin(atMs);
        }
        else if (_remembersLeavers && row.IsInactive)
        {
            row.BeginActivity(atMs);
            row.IsInactive = false;
            _presence.Begin(atMs);
        }
        else
        {
            _presence.Activate(ref row, atMs, slice.Second);
        }

        _sums.Totals[(int)e.Type] += EventTypes.Counted(e);
        if (EventTypes.IsInteraction(e.Type))
        {
            Interact(ref row, slice.Second);
        }

        if (((_furtherTypes >> (int)e.Type) & 1) != 0)
        {
            ApplyFurther(slice, index, atMs, ref row);
        }

        return true;
    }

    // A leave of somebody who was never there changes nothing but the number of leaves, unless a funnel begins with it.
    private bool TryLeave(in Slice slice, int index, ref ViewerRow row, SessionCaps caps)
    {
        ref readonly var e = ref slice.Events[index];
        var atMs = slice.OffsetMs(e);
        if (Unsafe.IsNullRef(ref row) && _remembersLeavers)
        {
            if (!caps.TryTakeViewer())
            {
                return false;
            }

            row = ref Viewers.Add(e.Viewer);
            row.IsInactive = true;
        }

        _sums.Totals[(int)EventType.Leave]++;
        if (Unsafe.IsNullRef(ref row))
        {
            return true;
        }

        if (!row.IsInactive)
        {
            _presence.Leave(ref row, atMs, slice.Second);
        }

        ApplyFunnels(slice, index, ref row);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Interact(ref ViewerRow row, int second)
    {
        var before = row.InteractionSecond;
        if (before != second)
        {
            _seen.Arrive(Column.Interacting, before);
            row.InteractionSecond = second;
        }
    }

    private void ApplyFurther(in Slice slice, int index, int atMs, ref ViewerRow row)
    {
        ref readonly var e = ref slice.Events[index];
        if (((Reach.Types >> (int)e.Type) & 1) != 0)
        {
            _reach.Apply(e.Type, atMs, slice.Second, ref row);
        }

        if (EventTypes.IsTrade(e.Type))
        {
            _orders.Apply(e, slice.Details[e.Detail], slice.Second, ref row);
        }

        _newcomers.Apply(slice, index, ref row);
        ApplyFunnels(slice, index, ref row);
    }

    private void ApplyFunnels(in Slice slice, int index, ref ViewerRow row)
    {
        var type = (int)slice.Events[index].Type;
        foreach (var funnel in _funnels)
        {
            if (((funnel.Types >> type) & 1) != 0)
            {
                funnel.Apply(slice, index, ref row);
            }
        }
    }
}
