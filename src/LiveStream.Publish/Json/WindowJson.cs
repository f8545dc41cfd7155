using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Publish.Json;

/// <summary>One window of a snapshot as a JSON property, name included. Called by <see cref="SnapshotJson"/>.</summary>
internal static class WindowJson
{
    private static readonly byte[][] EventProperties = Quoted("\"", "\":");
    private static readonly byte[][] StepRows = Quoted("{\"step\":\"", "\",\"users\":");

    private static readonly EventType[] ReachSteps =
        [EventType.Impression, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment];

    /// <summary>Appends <c>"name":{...}</c>.</summary>
    public static void Write(ref JsonText text, WindowFigures window)
    {
        text.String(window.Name);
        text.Raw(":{\"viewers\":"u8);
        text.Number(window.Viewers);
        text.Raw(",\"entries\":"u8);
        text.Number(window.Entries);
        text.Raw(",\"leaves\":"u8);
        text.Number(window.Leaves);
        text.Raw(",\"events\":{"u8);
        EventCounts(ref text, window.Events);
        text.Raw("},\"interactingViewers\":"u8);
        text.Number(window.InteractingViewers);
        text.Raw(",\"interactionRate\":"u8);
        text.Ratio(window.InteractionRate);
        text.Raw(",\"gifters\":"u8);
        text.Number(window.Gifters);
        if (window.Retention is { } retention)
        {
            text.Raw(",\"retention\":"u8);
            text.Ratio(retention);
        }

        text.Raw(",\"reach\":["u8);
        Reach(ref text, window);
        text.Raw("],\"funnels\":{"u8);
        for (var i = 0; i < window.Funnels.Length; i++)
        {
            SnapshotJson.Separate(ref text, i);
            Funnel(ref text, window.Funnels[i]);
        }

        text.Raw("},\"trade\":"u8);
        Trade(ref text, window);
        text.Raw(",\"hotProducts\":["u8);
        for (var i = 0; i < window.HotProducts.Count; i++)
        {
            SnapshotJson.Separate(ref text, i);
            HotProduct(ref text, window.HotProducts[i], i + 1);
        }

        text.Raw("]}"u8);
    }

    /// <summary>Appends the properties of the types that occurred, in the order of the enum.</summary>
    public static void EventCounts(ref JsonText text, ReadOnlySpan<long> counts)
    {
        var listed = 0;
        for (var type = 0; type < counts.Length; type++)
        {
            if (counts[type] > 0)
            {
                SnapshotJson.Separate(ref text, listed++);
                text.Raw(EventProperties[type]);
                text.Number(counts[type]);
            }
        }
    }

    private static void Reach(ref JsonText text, WindowFigures window)
    {
        var previous = window.Viewers;
        for (var i = 0; i < ReachSteps.Length; i++)
        {
            SnapshotJson.Separate(ref text, i);
            text.Raw(StepRows[(int)ReachSteps[i]]);
            text.Number(window.Reach[i]);
            text.Raw(",\"ofPrevious\":"u8);
            text.Ratio(new Ratio(window.Reach[i], previous));
            text.Raw(",\"ofViewers\":"u8);
            text.Ratio(new Ratio(window.Reach[i], window.Viewers));
            text.Raw("}"u8);
            previous = window.Reach[i];
        }
    }

    private static void Funnel(ref JsonText text, FunnelFigures funnel)
    {
        text.String(funnel.Name);
        text.Raw(":["u8);
        for (var i = 0; i < funnel.Steps.Length; i++)
        {
            SnapshotJson.Separate(ref text, i);
            text.Raw(StepRows[(int)funnel.Steps[i]]);
            text.Number(funnel.Users[i]);
            if (i == 0)
            {
                text.Raw(",\"ofPrevious\":null,\"ofFirst\":null}"u8);
                continue;
            }

            text.Raw(",\"ofPrevious\":"u8);
            text.Ratio(new Ratio(funnel.Users[i], funnel.Users[i - 1]));
            text.Raw(",\"ofFirst\":"u8);
            text.Ratio(new Ratio(funnel.Users[i], funnel.Users[0]));
            text.Raw("}"u8);
        }

        text.Raw("]"u8);
    }

    private static void Trade(ref JsonText text, WindowFigures window)
    {
        var trade = window.Trade;
        text.Raw("{\"orders\":"u8);
        text.Number(trade.Orders);
        text.Raw(",\"paidOrders\":"u8);
        text.Number(trade.PaidOrders);
        text.Raw(",\"payments\":"u8);
        text.Number(trade.Payments);
        text.Raw(",\"units\":"u8);
        text.Number(trade.Units);
        text.Raw(",\"gmv\":"u8);
        text.Number(trade.GmvMinor);
        text.Raw(",\"refunds\":"u8);
        text.Number(trade.Refunds);
        text.Raw(",\"refunded\":"u8);
        text.Number(trade.RefundedMinor);
        text.Raw(",\"netGmv\":"u8);
        text.Number(trade.NetGmvMinor);
        text.Raw(",\"buyers\":"u8);
        text.Number(trade.Buyers);
        text.Raw(",\"averageOrderValue\":"u8);
        text.Ratio(trade.AverageOrderValue);
        text.Raw(",\"arppu\":"u8);
        text.Ratio(trade.Arppu);
        text.Raw(",\"uvValue\":"u8);
        text.Ratio(window.UvValue);
        text.Raw(",\"gpm\":"u8);
        text.Ratio(window.Gpm);
        text.Raw(",\"clickPayRate\":"u8);
        text.Ratio(window.ClickPayRate);
        text.Raw(",\"payRate\":"u8);
        text.Ratio(window.PayRate);
        text.Raw(",\"dealRate\":"u8);
        text.Ratio(window.DealRate);
        text.Raw(",\"refundRate\":"u8);
        text.Ratio(trade.RefundRate);
        text.Raw("}"u8);
    }

    private static void HotProduct(ref JsonText text, in HotProduct row, int rank)
    {
        text.Raw("{\"product\":"u8);
        text.String(row.Product);
        text.Raw(",\"rank\":"u8);
        text.Number(rank);
        text.Raw(",\"previousRank\":"u8);
        if (row.PreviousRank == 0)
        {
            text.Raw("null"u8);
        }
        else
        {
            text.Number(row.PreviousRank);
        }

        text.Raw(",\"score\":"u8);
        text.Number(row.Score);
        text.Raw(",\"impressions\":"u8);
        text.Number(row.Counts.Impressions);
        text.Raw(",\"clicks\":"u8);
        text.Number(row.Counts.Clicks);
        text.Raw(",\"carts\":"u8);
        text.Number(row.Counts.Carts);
        text.Raw(",\"orders\":"u8);
        text.Number(row.Counts.Orders);
        text.Raw(",\"payments\":"u8);
        text.Number(row.Counts.Payments);
        text.Raw(",\"units\":"u8);
        text.Number(row.Counts.Units);
        text.Raw(",\"gmv\":"u8);
        text.Number(row.Counts.GmvMinor);
        text.Raw("}"u8);
    }

    private static byte[][] Quoted(string before, string after)
    {
        var quoted = new byte[EventTypes.Count][];
        for (var type = 0; type < quoted.Length; type++)
        {
            quoted[type] = Encoding.UTF8.GetBytes(before + EventTypes.Name((EventType)type) + after);
        }

        return quoted;
    }
}
