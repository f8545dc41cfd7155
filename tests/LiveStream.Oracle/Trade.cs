using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Orders, payments and refunds in an interval: the object <c>trade</c> of a window.</summary>
internal static class Trade
{
    public static void Write(Utf8JsonWriter json, Interval window)
    {
        var viewers = window.Viewers.Count;
        var payments = window.Of(EventType.Payment);
        var refunds = window.Of(EventType.Refund);
        var gmv = payments.Total(item => item.Amount!.Value);
        var refunded = refunds.Total(item => item.Amount!.Value);
        var paidOrders = OrdersOf(payments);
        var buyers = window.UsersWith(EventType.Payment);

        json.WriteStartObject("trade");
        json.WriteNumber("orders", OrdersOf(window.Of(EventType.Order)));
        json.WriteNumber("paidOrders", paidOrders);
        json.WriteNumber("payments", payments.Count);
        json.WriteInteger("units", payments.Total(item => item.Qty));
        json.WriteInteger("gmv", gmv);
        json.WriteNumber("refunds", refunds.Count);
        json.WriteInteger("refunded", refunded);
        json.WriteInteger("netGmv", gmv - refunded);
        json.WriteNumber("buyers", buyers);
        json.WriteRatio("averageOrderValue", gmv, paidOrders);
        json.WriteRatio("arppu", gmv, buyers);
        json.WriteRatio("uvValue", gmv, viewers);
        json.WriteRatio("gpm", gmv * 1000, window.Entries);
        json.WriteRatio("clickPayRate", buyers, window.UsersWith(EventType.Click));
        json.WriteRatio("payRate", buyers, window.UsersWith(EventType.Order));
        json.WriteRatio("dealRate", buyers, viewers);
        json.WriteRatio("refundRate", refunded, gmv);
        json.WriteEndObject();
    }

    /// <summary>Distinct (user, order): an order of several products is several events.</summary>
    public static int OrdersOf(IEnumerable<LogEvent> lines) =>
        lines.Select(item => (item.User, item.Order)).Distinct().Count();
}
