using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Explanations and stock of the session's products: the object <c>products</c>.</summary>
internal static class Products
{
    private const long StockPaceMs = 300_000;

    private readonly record struct Interval(string Product, long FromTs, long ToTs);

    public static void Write(Utf8JsonWriter json, Session session, long asOfTs)
    {
        json.WriteStartObject("products");
        WriteExplains(json, session, asOfTs);
        WriteStock(json, session, asOfTs);
        json.WriteEndObject();
    }

    private static void WriteExplains(Utf8JsonWriter json, Session session, long asOfTs)
    {
        json.WriteStartArray("explains");
        foreach (var product in Intervals(session, asOfTs).GroupBy(item => item.Product).OrderBy(item => item.Key, Utf8Order.Instance))
        {
            var inside = product.SelectMany(interval => session.Between(interval.FromTs, interval.ToTs))
                .Where(item => item.Product == product.Key).ToList();
            var payments = inside.Where(item => item.Type == EventType.Payment).ToList();
            json.WriteStartObject();
            json.WriteString("product", product.Key);
            json.WriteNumber("times", product.Count());
            json.WriteNumber("totalMs", product.Sum(interval => interval.ToTs - interval.FromTs));
            json.WriteNumber("clicks", inside.Count(item => item.Type == EventType.Click));
            json.WriteNumber("payments", payments.Count);
            json.WriteInteger("gmv", payments.Total(item => item.Amount!.Value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>One interval for each <c>explain_start</c>; at equal ts ends come before starts, and <c>end</c> last.</summary>
    private static List<Interval> Intervals(Session session, long asOfTs)
    {
        var closed = new List<Interval>();
        Interval? open = null;

        void Close(long ts)
        {
            if (open is { } interval)
            {
                closed.Add(interval with { ToTs = ts });
            }

            open = null;
        }

        var steps = session.Before(asOfTs)
            .Where(item => item.Type is EventType.ExplainStart or EventType.ExplainEnd or EventType.End)
            .OrderBy(item => item.Ts)
            .ThenBy(item => item.Type switch { EventType.ExplainEnd => 0, EventType.ExplainStart => 1, _ => 2 })
            .ThenBy(item => item.Product, Utf8Order.Instance);
        foreach (var step in steps)
        {
            if (step.Type != EventType.ExplainEnd || open?.Product == step.Product)
            {
                Close(step.Ts);
            }

            if (step.Type == EventType.ExplainStart)
            {
                open = new Interval(step.Product!, step.Ts, step.Ts);
            }
        }

        Close(asOfTs);
        return closed;
    }

    private static void WriteStock(Utf8JsonWriter json, Session session, long asOfTs)
    {
        var counts = session.Before(asOfTs).Where(item => item.Type == EventType.Stock).GroupBy(item => item.Product!);
        json.WriteStartArray("stock");
        foreach (var product in counts.OrderBy(item => item.Key, Utf8Order.Instance))
        {
            var counted = product.OrderBy(item => item.Ts).ThenByDescending(item => item.Stock).Last();
            var left = counted.Stock!.Value - UnitsPaid(session, product.Key, counted.Ts, asOfTs);
            var recentUnits = UnitsPaid(session, product.Key, asOfTs - StockPaceMs, asOfTs);
            json.WriteStartObject();
            json.WriteString("product", product.Key);
            json.WriteNumber("left", left);
            if (recentUnits == 0)
            {
                json.WriteNull("sellOutEtaMs");
            }
            else
            {
                json.WriteNumber("sellOutEtaMs", left <= 0 ? 0 : left * StockPaceMs / recentUnits);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static long UnitsPaid(Session session, string product, long fromTs, long toTs) => session.Between(fromTs, toTs)
        .Where(item => item.Type == EventType.Payment && item.Product == product)
        .Sum(item => item.Qty);
}
