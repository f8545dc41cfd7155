using System.Numerics;
using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>The heat board of a window, each row with its place in the window before.</summary>
internal static class HotProducts
{
    private sealed record Row(
        string Product, long Score, int Impressions, int Clicks, int Carts, int Orders, int Payments, BigInteger Units, BigInteger Gmv);

    /// <summary>Writes <c>hotProducts</c>; the session has no window before it (<paramref name="before"/> null).</summary>
    public static void Write(Utf8JsonWriter json, Interval window, Interval? before)
    {
        var previous = before is null ? [] : TopOf(before).Select(row => row.Product).ToList();
        json.WriteStartArray("hotProducts");
        foreach (var (index, row) in TopOf(window).Index())
        {
            var previousIndex = previous.IndexOf(row.Product);
            json.WriteStartObject();
            json.WriteString("product", row.Product);
            json.WriteNumber("rank", index + 1);
            if (previousIndex < 0)
            {
                json.WriteNull("previousRank");
            }
            else
            {
                json.WriteNumber("previousRank", previousIndex + 1);
            }

            json.WriteNumber("score", row.Score);
            json.WriteNumber("impressions", row.Impressions);
            json.WriteNumber("clicks", row.Clicks);
            json.WriteNumber("carts", row.Carts);
            json.WriteNumber("orders", row.Orders);
            json.WriteNumber("payments", row.Payments);
            json.WriteInteger("units", row.Units);
            json.WriteInteger("gmv", row.Gmv);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static List<Row> TopOf(Interval window) =>
    [
        .. window.Events
            .Where(item => item.Product is not null)
            .GroupBy(item => item.Product!)
            .Select(product => RowOf(product.Key, [.. product], window.Session.Options.Weights))
            .Where(row => row.Score != 0)
            .OrderByDescending(row => row.Score)
            .ThenByDescending(row => row.Gmv)
            .ThenBy(row => row.Product, Utf8Order.Instance)
            .Take(window.Session.Options.Top),
    ];

    private static Row RowOf(string product, List<LogEvent> named, IReadOnlyList<int> weights)
    {
        int Lines(EventType type) => named.Count(item => item.Type == type);

        var (clicks, carts) = (Lines(EventType.Click), Lines(EventType.Cart));
        var (orders, payments) = (Lines(EventType.Order), Lines(EventType.Payment));
        var score = ((long)weights[0] * clicks) + ((long)weights[1] * carts)
            + ((long)weights[2] * orders) + ((long)weights[3] * payments);
        var paid = named.Where(item => item.Type == EventType.Payment).ToList();
        return new Row(
            product,
            score,
            Lines(EventType.Impression),
            clicks,
            carts,
            orders,
            payments,
            paid.Total(item => item.Qty),
            paid.Total(item => item.Amount!.Value));
    }
}
