using System.Buffers;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Publish.Json;

/// <summary>
/// The snapshot of output.md as compact UTF-8 JSON, properties in the order of that page. Used by the publisher and by
/// everything that prints settled snapshots; the same values give the same bytes. Allocates nothing.
/// </summary>
public static class SnapshotJson
{
    /// <summary>Appends one object, without a line end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="snapshot">Filled values.</param>
    /// <param name="liveJson">The <c>live</c> object (<see cref="LiveJson"/>); empty leaves the property out.</param>
    public static void Write(IBufferWriter<byte> output, SessionSnapshot snapshot, ReadOnlySpan<byte> liveJson)
    {
        var text = new JsonText(output);
        Head(ref text, snapshot);
        text.Raw(",\"windows\":{"u8);
        for (var i = 0; i < snapshot.Windows.Length; i++)
        {
            Separate(ref text, i);
            WindowJson.Write(ref text, snapshot.Windows[i]);
        }

        text.Raw("},\"retention\":{\"segments\":["u8);
        Segments(ref text, snapshot);
        text.Raw("],\"survival\":["u8);
        for (var i = 0; i < snapshot.Survival.Length; i++)
        {
            Separate(ref text, i);
            text.Raw("{\"minutes\":"u8);
            text.Number(snapshot.Survival[i].Minutes);
            text.Raw(",\"retained\":"u8);
            text.Ratio(snapshot.Survival[i].Retained);
            text.Raw("}"u8);
        }

        text.Raw("]},\"sessionMetrics\":"u8);
        Whole(ref text, snapshot.Whole);
        Products(ref text, snapshot);
        if (!liveJson.IsEmpty)
        {
            text.Raw(",\"live\":"u8);
            text.Raw(liveJson);
        }

        text.Raw("}"u8);
        text.Finish();
    }

    internal static void Separate(ref JsonText text, int index)
    {
        if (index > 0)
        {
            text.Raw(","u8);
        }
    }

    private static void Head(ref JsonText text, SessionSnapshot snapshot)
    {
        text.Raw("{\"schema\":\"livestream.snapshot/1\",\"room\":"u8);
        text.String(snapshot.Room);
        if (snapshot.RoomName is { } roomName)
        {
            text.Raw(",\"roomName\":"u8);
            text.String(roomName);
        }

        text.Raw(",\"session\":"u8);
        text.String(snapshot.Session);
        text.Raw(snapshot.Ended ? ",\"status\":\"ended\",\"start\":"u8 : ",\"status\":\"live\",\"start\":"u8);
        text.Number(snapshot.StartMs);
        text.Raw(",\"elapsedMs\":"u8);
        text.Number(snapshot.AsOfMs - snapshot.StartMs);
        text.Raw(",\"asOf\":"u8);
        text.Number(snapshot.AsOfMs);
        text.Raw(snapshot.Settled ? ",\"settled\":true"u8 : ",\"settled\":false"u8);
        if (snapshot.Capped)
        {
            text.Raw(",\"capped\":true"u8);
        }

        text.Raw(",\"applied\":"u8);
        text.Number(snapshot.Applied);
        text.Raw(",\"currency\":"u8);
        text.String(snapshot.Currency);
        text.Raw(",\"minorDigits\":"u8);
        text.Number(snapshot.MinorDigits);
        var online = snapshot.Online;
        text.Raw(",\"online\":{\"now\":"u8);
        text.Number(online.Now);
        text.Raw(",\"peak\":"u8);
        text.Number(online.Peak);
        text.Raw(",\"peakAt\":"u8);
        text.Number(online.PeakAtMs);
        text.Raw(",\"average\":"u8);
        if (online.Average.Value is { } average)
        {
            text.Number(average);
        }
        else
        {
            text.Raw("null"u8);
        }

        text.Raw("}"u8);
    }

    private static void Segments(ref JsonText text, SessionSnapshot snapshot)
    {
        for (var i = 0; i < snapshot.Segments.Count; i++)
        {
            var segment = snapshot.Segments[i];
            Separate(ref text, i);
            text.Raw("{\"index\":"u8);
            text.Number(segment.Index);
            text.Raw(",\"viewers\":"u8);
            text.Number(segment.Viewers);
            text.Raw(",\"retained\":"u8);
            text.Ratio(segment.Retained);
            text.Raw(segment.Open ? ",\"open\":true}"u8 : ",\"open\":false}"u8);
        }
    }

    private static void Whole(ref JsonText text, SessionFigures whole)
    {
        text.Raw("{\"averageStayMs\":"u8);
        text.Ratio(whole.AverageStayMs);
        text.Raw(",\"returning\":"u8);
        text.Ratio(whole.Returning);
        text.Raw(",\"newViewerShare\":"u8);
        text.Ratio(whole.NewViewerShare);
        text.Raw(",\"newBuyerShare\":"u8);
        text.Ratio(whole.NewBuyerShare);
        text.Raw(",\"repurchase\":"u8);
        text.Ratio(whole.Repurchase);
        text.Raw(",\"soldShare\":"u8);
        text.Ratio(whole.SoldShare);
        text.Raw(",\"channels\":{"u8);
        for (var i = 0; i < whole.Channels.Count; i++)
        {
            Separate(ref text, i);
            text.String(whole.Channels[i].Channel);
            text.Raw(":"u8);
            text.Number(whole.Channels[i].Viewers);
        }

        text.Raw("},\"timeToOrder\":"u8);
        Delays(ref text, whole.TimeToOrder);
        text.Raw(",\"timeToPay\":"u8);
        Delays(ref text, whole.TimeToPay);
        text.Raw("}"u8);
    }

    private static void Delays(ref JsonText text, DelayFigures delays)
    {
        text.Raw("{\"count\":"u8);
        text.Number(delays.Count);
        if (delays.Count == 0 || delays.Mean.Value is not { } mean)
        {
            text.Raw(",\"meanMs\":null,\"p50Ms\":null,\"p90Ms\":null}"u8);
            return;
        }

        text.Raw(",\"meanMs\":"u8);
        text.Number(mean);
        text.Raw(",\"p50Ms\":"u8);
        text.Number(delays.P50Ms);
        text.Raw(",\"p90Ms\":"u8);
        text.Number(delays.P90Ms);
        text.Raw("}"u8);
    }

    private static void Products(ref JsonText text, SessionSnapshot snapshot)
    {
        text.Raw(",\"products\":{\"explains\":["u8);
        for (var i = 0; i < snapshot.Explains.Count; i++)
        {
            var row = snapshot.Explains[i];
            Separate(ref text, i);
            text.Raw("{\"product\":"u8);
            text.String(row.Product);
            text.Raw(",\"times\":"u8);
            text.Number(row.Times);
            text.Raw(",\"totalMs\":"u8);
            text.Number(row.TotalMs);
            text.Raw(",\"clicks\":"u8);
            text.Number(row.Clicks);
            text.Raw(",\"payments\":"u8);
            text.Number(row.Payments);
            text.Raw(",\"gmv\":"u8);
            text.Number(row.GmvMinor);
            text.Raw("}"u8);
        }

        text.Raw("],\"stock\":["u8);
        for (var i = 0; i < snapshot.Stock.Count; i++)
        {
            var row = snapshot.Stock[i];
            Separate(ref text, i);
            text.Raw("{\"product\":"u8);
            text.String(row.Product);
            text.Raw(",\"left\":"u8);
            text.Number(row.Left);
            text.Raw(",\"sellOutEtaMs\":"u8);
            if (row.SellOutEtaMs is { } eta)
            {
                text.Number(eta);
            }
            else
            {
                text.Raw("null"u8);
            }

            text.Raw("}"u8);
        }

        text.Raw("]},\"names\":{"u8);
        for (var i = 0; i < snapshot.Names.Count; i++)
        {
            Separate(ref text, i);
            text.String(snapshot.Names[i].Product);
            text.Raw(":"u8);
            text.String(snapshot.Names[i].Name);
        }

        text.Raw("}"u8);
    }
}
