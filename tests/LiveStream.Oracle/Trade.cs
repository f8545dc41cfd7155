using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Orders, payments and refunds in an interval: the object <c>trade</c> of a window.</summary>
internal static class Trade
{
    public static void Write(Utf8JsonWriter json, Session session, long fromTs, long toTs)
    {
        var window = session.Between(fromTs, toTs);
        var viewers = session.ActiveBetween(fromTs, toTs).Count;
        var entries = Interaction.Entries(session, fromTs, toTs);
        var payments = window.Where(item => item.Type == EventType.Payment).ToList();
        var refunds = window.Where(item => item.Type == EventType.Refund).ToList();
        var gmv = payments.Total(item => item.Amount!.Value);
        var refunded = refunds.Total(item => item.Amount!.Value);
        var paidOrders = OrdersOf(payments);
        var buyers = UsersWith(window, EventType.Payment);

        json.WriteStartObject("trade");
        json.WriteNumber("orders", OrdersOf(window.Where(item => item.Type == EventType.Order)));
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
        json.WriteRatio("gpm", gmv * 1000, entries);
        json.WriteRatio("clickPayRate", buyers, UsersWith(window, EventType.Click));
        json.WriteRatio("payRate", buyers, UsersWith(window, EventType.Order));
        json.WriteRatio("dealRate", buyers, viewers);
        json.WriteRatio("refundRate", refunded, gmv);
        json.WriteEndObject();
    }

    public static int UsersWith(IEnumerable<LogEvent> window, EventType type) =>
        window.Where(item => item.Type == type).Select(item => item.User).Distinct().Count();

    /// <summary>Distinct (user, order): an order of several products is several events.</summary>
    public static int OrdersOf(IEnumerable<LogEvent> lines) =>
        lines.Select(item => (item.User, item.Order)).Distinct().Count();
}
