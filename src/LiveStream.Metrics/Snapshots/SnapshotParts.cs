namespace LiveStream.Metrics.Snapshots;

/// <summary>
/// Puts the snapshot of a session together from parts that count disjoint viewers: counts and the halves of ratios add up, distinct people included.
/// What does not (online, delays, products and names) is one part's, or completed by <see cref="Sessions.SessionMetrics.CompleteParts"/>.
/// </summary>
public static class SnapshotParts
{
    /// <summary>A copy that stays as it is when the original is refilled.</summary>
    public static SessionSnapshot Copy(SessionSnapshot original)
    {
        var copy = new SessionSnapshot
        {
            Room = original.Room, RoomName = original.RoomName, Session = original.Session, Ended = original.Ended,
            StartMs = original.StartMs, AsOfMs = original.AsOfMs, Settled = original.Settled, Capped = original.Capped, Applied = original.Applied,
            Currency = original.Currency, MinorDigits = original.MinorDigits, Online = original.Online,
            Windows = [.. original.Windows.Select(Copy)],
        };
        copy.Segments.AddRange(original.Segments);
        original.Survival.CopyTo(copy.Survival, 0);
        copy.Explains.AddRange(original.Explains);
        copy.Stock.AddRange(original.Stock);
        copy.Names.AddRange(original.Names);
        var (from, to) = (original.Whole, copy.Whole);
        to.AverageStayMs = from.AverageStayMs;
        to.Returning = from.Returning;
        to.NewViewerShare = from.NewViewerShare;
        to.NewBuyerShare = from.NewBuyerShare;
        to.Repurchase = from.Repurchase;
        to.SoldShare = from.SoldShare;
        to.Channels.AddRange(from.Channels);
        return copy;
    }

    /// <summary>Adds a part to another part's copy, as of the same T.</summary>
    public static void Add(SessionSnapshot to, SessionSnapshot part)
    {
        to.Applied += part.Applied;
        to.Capped |= part.Capped;
        for (var w = 0; w < to.Windows.Length; w++)
        {
            to.Windows[w].Add(part.Windows[w]);
        }

        for (var i = 0; i < to.Survival.Length; i++)
        {
            to.Survival[i] = to.Survival[i] with { Retained = to.Survival[i].Retained.Plus(part.Survival[i].Retained) };
        }

        for (var k = 0; k < to.Segments.Count; k++)
        {
            var (own, added) = (to.Segments[k], part.Segments[k]);
            to.Segments[k] = own with { Viewers = own.Viewers + added.Viewers, Retained = own.Retained.Plus(added.Retained) };
        }

        Add(to.Whole, part.Whole);
    }

    private static WindowFigures Copy(WindowFigures original)
    {
        var copy = new WindowFigures(original.Name, [.. original.Funnels.Select(f => (f.Name, (IReadOnlyList<Events.EventType>)f.Steps))]);
        copy.CopyFrom(original);
        return copy;
    }

    private static void Add(SessionFigures to, SessionFigures part)
    {
        to.AverageStayMs = to.AverageStayMs.Plus(part.AverageStayMs);
        to.Returning = to.Returning.Plus(part.Returning);
        to.NewViewerShare = to.NewViewerShare.Plus(part.NewViewerShare);
        to.NewBuyerShare = to.NewBuyerShare.Plus(part.NewBuyerShare);
        to.Repurchase = to.Repurchase.Plus(part.Repurchase);
        foreach (var channel in part.Channels)
        {
            Add(to.Channels, channel);
        }
    }

    // Ordinal by name, as both are.
    private static void Add(List<ChannelFigures> to, in ChannelFigures added)
    {
        var at = 0;
        var order = -1;
        while (at < to.Count && (order = to[at].Channel.AsSpan().SequenceCompareTo(added.Channel)) < 0)
        {
            at++;
        }

        if (at == to.Count || order != 0)
        {
            to.Insert(at, added);
            return;
        }

        // A viewer whom one part counts as unknown may have become known in another.
        to[at] = added with { Viewers = to[at].Viewers + added.Viewers };
        if (to[at].Viewers == 0)
        {
            to.RemoveAt(at);
        }
    }
}
