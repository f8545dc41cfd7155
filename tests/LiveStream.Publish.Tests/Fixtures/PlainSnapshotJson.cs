using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Publish.Tests.Fixtures;

/// <summary>The snapshot of output.md once more, written plainly with Utf8JsonWriter, to compare with.</summary>
public sealed class PlainSnapshotJson
{
    private static readonly string[] Reach = ["impression", "click", "cart", "order", "payment"];

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter json;

    private PlainSnapshotJson(Utf8JsonWriter json) => this.json = json;

    /// <summary>A writer that may be used again and again.</summary>
    public static Utf8JsonWriter CreateWriter(Stream output) => new(output, Options);

    public static string Text(SessionSnapshot snapshot)
    {
        using var stream = new MemoryStream();
        using (var writer = CreateWriter(stream))
        {
            Write(writer, snapshot);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public static void Write(Utf8JsonWriter writer, SessionSnapshot snapshot) => new PlainSnapshotJson(writer).Snapshot(snapshot);

    private void Snapshot(SessionSnapshot s)
    {
        json.WriteStartObject();
        json.WriteString("schema"u8, "livestream.snapshot/1"u8);
        json.WriteString("room"u8, s.Room);
        if (s.RoomName is not null)
        {
            json.WriteString("roomName"u8, s.RoomName);
        }

        json.WriteString("session"u8, s.Session);
        json.WriteString("status"u8, s.Ended ? "ended"u8 : "live"u8);
        json.WriteNumber("start"u8, s.StartMs);
        json.WriteNumber("elapsedMs"u8, s.AsOfMs - s.StartMs);
        json.WriteNumber("asOf"u8, s.AsOfMs);
        json.WriteBoolean("settled"u8, s.Settled);
        if (s.Capped)
        {
            json.WriteBoolean("capped"u8, true);
        }

        json.WriteNumber("applied"u8, s.Applied);
        json.WriteString("currency"u8, s.Currency);
        json.WriteNumber("minorDigits"u8, s.MinorDigits);
        json.WriteStartObject("online"u8);
        json.WriteNumber("now"u8, s.Online.Now);
        json.WriteNumber("peak"u8, s.Online.Peak);
        json.WriteNumber("peakAt"u8, s.Online.PeakAtMs);
        json.WriteNumber("average"u8, s.Online.Average.Value!.Value);
        json.WriteEndObject();
        json.WriteStartObject("windows"u8);
        foreach (var window in s.Windows)
        {
            Window(window);
        }

        json.WriteEndObject();
        Retention(s);
        Whole(s.Whole);
        Products(s);
        json.WriteEndObject();
        json.Flush();
    }

    private void Window(WindowFigures w)
    {
        json.WriteStartObject(w.Name);
        json.WriteNumber("viewers"u8, w.Viewers);
        json.WriteNumber("entries"u8, w.Entries);
        json.WriteNumber("leaves"u8, w.Leaves);
        json.WriteStartObject("events"u8);
        for (var type = 0; type < w.Events.Count; type++)
        {
            if (w.Events[type] > 0)
            {
                json.WriteNumber(EventTypes.Name((EventType)type), w.Events[type]);
            }
        }

        json.WriteEndObject();
        json.WriteNumber("interactingViewers"u8, w.InteractingViewers);
        Ratio("interactionRate", w.InteractingViewers, w.Viewers);
        json.WriteNumber("gifters"u8, w.Gifters);
        if (w.Retention is { } retention)
        {
            Ratio("retention", retention.Numerator, retention.Denominator);
        }

        json.WriteStartArray("reach"u8);
        for (var i = 0; i < Reach.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("step"u8, Reach[i]);
            json.WriteNumber("users"u8, w.Reach[i]);
            Ratio("ofPrevious", w.Reach[i], i == 0 ? w.Viewers : w.Reach[i - 1]);
            Ratio("ofViewers", w.Reach[i], w.Viewers);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("funnels"u8);
        foreach (var funnel in w.Funnels)
        {
            Funnel(funnel);
        }

        json.WriteEndObject();
        Trade(w, w.Trade);
        json.WriteStartArray("hotProducts"u8);
        for (var i = 0; i < w.HotProducts.Count; i++)
        {
            HotProduct(w.HotProducts[i], i + 1);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Funnel(FunnelFigures funnel)
    {
        json.WriteStartArray(funnel.Name);
        for (var i = 0; i < funnel.Steps.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("step"u8, EventTypes.Name(funnel.Steps[i]));
            json.WriteNumber("users"u8, funnel.Users[i]);
            if (i == 0)
            {
                json.WriteNull("ofPrevious"u8);
                json.WriteNull("ofFirst"u8);
            }
            else
            {
                Ratio("ofPrevious", funnel.Users[i], funnel.Users[i - 1]);
                Ratio("ofFirst", funnel.Users[i], funnel.Users[0]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Trade(WindowFigures w, TradeFigures t)
    {
        json.WriteStartObject("trade"u8);
        json.WriteNumber("orders"u8, t.Orders);
        json.WriteNumber("paidOrders"u8, t.PaidOrders);
        json.WriteNumber("payments"u8, t.Payments);
        Whole("units", t.Units);
        Whole("gmv", t.GmvMinor);
        json.WriteNumber("refunds"u8, t.Refunds);
        Whole("refunded", t.RefundedMinor);
        Whole("netGmv", t.GmvMinor - t.RefundedMinor);
        json.WriteNumber("buyers"u8, t.Buyers);
        Ratio("averageOrderValue", t.GmvMinor, t.PaidOrders);
        Ratio("arppu", t.GmvMinor, t.Buyers);
        Ratio("uvValue", t.GmvMinor, w.Viewers);
        Ratio("gpm", t.GmvMinor * 1000, w.Entries);
        Ratio("clickPayRate", w.Reach[4], w.Reach[1]);
        Ratio("payRate", w.Reach[4], w.Reach[3]);
        Ratio("dealRate", w.Reach[4], w.Viewers);
        Ratio("refundRate", t.RefundedMinor, t.GmvMinor);
        json.WriteEndObject();
    }

    private void HotProduct(HotProduct row, int rank)
    {
        json.WriteStartObject();
        json.WriteString("product"u8, row.Product);
        json.WriteNumber("rank"u8, rank);
        if (row.PreviousRank == 0)
        {
            json.WriteNull("previousRank"u8);
        }
        else
        {
            json.WriteNumber("previousRank"u8, row.PreviousRank);
        }

        json.WriteNumber("score"u8, row.Score);
        json.WriteNumber("impressions"u8, row.Counts.Impressions);
        json.WriteNumber("clicks"u8, row.Counts.Clicks);
        json.WriteNumber("carts"u8, row.Counts.Carts);
        json.WriteNumber("orders"u8, row.Counts.Orders);
        json.WriteNumber("payments"u8, row.Counts.Payments);
        json.WriteNumber("units"u8, row.Counts.Units);
        Whole("gmv", row.Counts.GmvMinor);
        json.WriteEndObject();
    }

    private void Retention(SessionSnapshot s)
    {
        json.WriteStartObject("retention"u8);
        json.WriteStartArray("segments"u8);
        foreach (var segment in s.Segments)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, segment.Index);
            json.WriteNumber("viewers"u8, segment.Viewers);
            Ratio("retained", segment.Retained);
            json.WriteBoolean("open"u8, segment.Open);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("survival"u8);
        foreach (var row in s.Survival)
        {
            json.WriteStartObject();
            json.WriteNumber("minutes"u8, row.Minutes);
            Ratio("retained", row.Retained);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Whole(SessionFigures m)
    {
        json.WriteStartObject("sessionMetrics"u8);
        Ratio("averageStayMs", m.AverageStayMs);
        Ratio("returning", m.Returning);
        Ratio("newViewerShare", m.NewViewerShare);
        Ratio("newBuyerShare", m.NewBuyerShare);
        Ratio("repurchase", m.Repurchase);
        Ratio("soldShare", m.SoldShare);
        json.WriteStartObject("channels"u8);
        foreach (var channel in m.Channels)
        {
            json.WriteNumber(channel.Channel, channel.Viewers);
        }

        json.WriteEndObject();
        Delays("timeToOrder", m.TimeToOrder);
        Delays("timeToPay", m.TimeToPay);
        json.WriteEndObject();
    }

    private void Delays(string name, DelayFigures delays)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count"u8, delays.Count);
        if (delays.Count == 0)
        {
            json.WriteNull("meanMs"u8);
            json.WriteNull("p50Ms"u8);
            json.WriteNull("p90Ms"u8);
        }
        else
        {
            json.WriteNumber("meanMs"u8, delays.Mean.Value!.Value);
            json.WriteNumber("p50Ms"u8, delays.P50Ms);
            json.WriteNumber("p90Ms"u8, delays.P90Ms);
        }

        json.WriteEndObject();
    }

    private void Products(SessionSnapshot s)
    {
        json.WriteStartObject("products"u8);
        json.WriteStartArray("explains"u8);
        foreach (var row in s.Explains)
        {
            json.WriteStartObject();
            json.WriteString("product"u8, row.Product);
            json.WriteNumber("times"u8, row.Times);
            json.WriteNumber("totalMs"u8, row.TotalMs);
            json.WriteNumber("clicks"u8, row.Clicks);
            json.WriteNumber("payments"u8, row.Payments);
            Whole("gmv", row.GmvMinor);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("stock"u8);
        foreach (var row in s.Stock)
        {
            json.WriteStartObject();
            json.WriteString("product"u8, row.Product);
            json.WriteNumber("left"u8, row.Left);
            if (row.SellOutEtaMs is { } eta)
            {
                json.WriteNumber("sellOutEtaMs"u8, eta);
            }
            else
            {
                json.WriteNull("sellOutEtaMs"u8);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("names"u8);
        foreach (var name in s.Names)
        {
            json.WriteString(name.Product, name.Name);
        }

        json.WriteEndObject();
    }

    private void Ratio(string name, Ratio ratio) => Ratio(name, ratio.Numerator, ratio.Denominator);

    private void Ratio(string name, Int128 numerator, Int128 denominator)
    {
        json.WriteStartObject(name);
        Whole("num", numerator);
        Whole("den", denominator);
        if (new Ratio(numerator, denominator).Value is { } value)
        {
            json.WriteNumber("value"u8, value);
        }
        else
        {
            json.WriteNull("value"u8);
        }

        json.WriteEndObject();
    }

    private void Whole(string name, Int128 value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
    }
}
