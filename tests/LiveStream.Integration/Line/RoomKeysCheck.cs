using System.Globalization;
using System.Numerics;
using System.Text.Json;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Line;

/// <summary>Whether a room's keys say what its snapshot says. Each check returns null, or one sentence on the first difference.</summary>
internal static class RoomKeysCheck
{
    private static readonly string[] Flows = ["entries", "leaves", "likes", "barrages", "clicks", "carts", "paidOrders", "gmv"];

    /// <summary>The flat fields.</summary>
    public static string? Screen(JsonElement snapshot, IReadOnlyDictionary<string, string> screen)
    {
        var session = snapshot.GetProperty("windows").GetProperty("session");
        var trade = session.GetProperty("trade");
        var expected = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["version"] = Text(snapshot, "asOf"),
            ["asOf"] = Text(snapshot, "asOf"),
            ["session"] = Text(snapshot, "session"),
            ["roomName"] = snapshot.TryGetProperty("roomName", out var name) ? name.GetString()! : "",
            ["status"] = Text(snapshot, "status"),
            ["elapsedMs"] = Text(snapshot, "elapsedMs"),
            ["online"] = Text(snapshot.GetProperty("online"), "now"),
            ["peak"] = Text(snapshot.GetProperty("online"), "peak"),
            ["viewers"] = Text(session, "viewers"),
            ["entries"] = Text(session, "entries"),
            ["likes"] = Count(session, "like"),
            ["barrages"] = Count(session, "barrage"),
            ["clicks"] = Count(session, "click"),
            ["carts"] = Count(session, "cart"),
            ["orders"] = Text(trade, "orders"),
            ["paidOrders"] = Text(trade, "paidOrders"),
            ["gmv"] = Text(trade, "gmv"),
            ["buyers"] = Text(trade, "buyers"),
            ["interactionRate"] = Rounded(session.GetProperty("interactionRate"), 10_000),
            ["dealRate"] = Rounded(trade.GetProperty("dealRate"), 10_000),
            ["retention10m"] = Rounded(snapshot.GetProperty("windows").GetProperty("10m").GetProperty("retention"), 10_000),
            ["averageStayMs"] = Rounded(snapshot.GetProperty("sessionMetrics").GetProperty("averageStayMs"), 1),
            ["arppu"] = Rounded(trade.GetProperty("arppu"), 1),
        };
        var wrong = expected.Where(field => screen.GetValueOrDefault(field.Key) != field.Value)
            .Select(field => $"{field.Key} is '{screen.GetValueOrDefault(field.Key)}', not '{field.Value}'")
            .ToList();
        return wrong.Count == 0 ? null : $"In the screen hash {string.Join(", ", wrong)}.";
    }

    /// <summary>The sorted sets of products.</summary>
    public static async Task<string?> HotAsync(JsonElement snapshot, RoomView view)
    {
        foreach (var window in snapshot.GetProperty("windows").EnumerateObject())
        {
            var expected = window.Value.GetProperty("hotProducts").EnumerateArray()
                .Select(row => $"{row.GetProperty("product").GetString()} {row.GetProperty("score")}").Order(StringComparer.Ordinal);
            var actual = (await view.HotAsync(window.Name)).Select(row => $"{row.Product} {RoomView.Plain(row.Score)}").Order(StringComparer.Ordinal);
            if (!expected.SequenceEqual(actual))
            {
                return $"hot:{window.Name} is {string.Join(", ", actual)}, the snapshot says {string.Join(", ", expected)}.";
            }
        }

        return null;
    }

    /// <summary>
    /// The curve of a session of less than an hour: a point every 10 s, whose flows add up to no more than the session's totals, and
    /// whose entries less leaves are the people online at its last point.
    /// </summary>
    public static string? Series(JsonElement snapshot, IReadOnlyList<JsonElement> points)
    {
        if (points.Count == 0)
        {
            return "The series is empty.";
        }

        var times = points.Select(point => point.GetProperty("t").GetInt64()).ToList();
        var asOf = snapshot.GetProperty("asOf").GetInt64();
        if (times.Zip(times.Skip(1)).Any(pair => pair.Second - pair.First != 10_000) || times[^1] > asOf || asOf - times[^1] >= 10_000)
        {
            return $"The series has points at {string.Join(' ', times)}, the snapshot is of {asOf}.";
        }

        var sums = Flows.ToDictionary(flow => flow, flow => points.Sum(point => point.GetProperty(flow).GetInt64()));
        var session = snapshot.GetProperty("windows").GetProperty("session");
        var totals = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["entries"] = session.GetProperty("entries").GetInt64(),
            ["leaves"] = session.GetProperty("leaves").GetInt64(),
            ["likes"] = long.Parse(Count(session, "like"), CultureInfo.InvariantCulture),
            ["barrages"] = long.Parse(Count(session, "barrage"), CultureInfo.InvariantCulture),
            ["clicks"] = long.Parse(Count(session, "click"), CultureInfo.InvariantCulture),
            ["carts"] = long.Parse(Count(session, "cart"), CultureInfo.InvariantCulture),
            ["paidOrders"] = session.GetProperty("trade").GetProperty("paidOrders").GetInt64(),
            ["gmv"] = session.GetProperty("trade").GetProperty("gmv").GetInt64(),
        };
        var tooMuch = totals.Where(total => sums[total.Key] > total.Value || (times[^1] == asOf && sums[total.Key] != total.Value)).ToList();
        var online = points[^1].GetProperty("online").GetInt64();
        return tooMuch.Count > 0 ? $"The series adds up to {string.Join(", ", tooMuch.Select(total => $"{sums[total.Key]} {total.Key} of {total.Value}"))}."
            : sums["entries"] - sums["leaves"] != online ? $"The series has {sums["entries"]} entries, {sums["leaves"]} leaves, and {online} online at its end."
            : null;
    }

    /// <summary>The live object: fresh, its counters whole and the simulator's, its totals the settled ones.</summary>
    public static string? Now(JsonElement snapshot, JsonElement? live, JsonElement truth)
    {
        if (live is not { } now)
        {
            return "There is no live object.";
        }

        var agoMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - now.GetProperty("publishedAt").GetInt64();
        if (Math.Abs(agoMs) > 3000)
        {
            return $"The live object was published {agoMs} ms ago.";
        }

        var counters = now.GetProperty("counters");
        if (Number("read") != Number("applied") + Number("late") + Number("duplicate") + Number("rejected"))
        {
            return $"The counters do not add up: {counters}.";
        }

        string[] known = ["read", "applied", "late", "moved", "duplicate", "rejected"];
        if (known.Where(name => Number(name) != truth.GetProperty(name).GetInt64()).ToList() is { Count: > 0 } wrong)
        {
            return $"The counters are {counters}, the simulator says {string.Join(", ", wrong.Select(name => $"{name} {truth.GetProperty(name)}"))}.";
        }

        var session = snapshot.GetProperty("windows").GetProperty("session");
        var trade = session.GetProperty("trade");
        return JsonElement.DeepEquals(now.GetProperty("events"), session.GetProperty("events"))
            && JsonElement.DeepEquals(now.GetProperty("gmv"), trade.GetProperty("gmv"))
            && JsonElement.DeepEquals(now.GetProperty("orders"), trade.GetProperty("orders"))
            && JsonElement.DeepEquals(now.GetProperty("payments"), trade.GetProperty("payments"))
            ? null : $"The live totals are {now}, the settled ones {session.GetProperty("events")} {trade}.";

        long Number(string name) => counters.GetProperty(name).GetInt64();
    }

    /// <summary>Keys live 24 hours from their last write.</summary>
    public static string? Lifetimes(IReadOnlyList<(string Key, TimeSpan? Left)> lifetimes)
    {
        var wrong = lifetimes.Where(key => !(key.Left > TimeSpan.FromHours(23) && key.Left <= TimeSpan.FromHours(24))).ToList();
        return lifetimes.Count < 5 ? $"Only {lifetimes.Count} keys are there." : wrong.Count == 0 ? null : $"{wrong[0].Key} expires in {wrong[0].Left}.";
    }

    /// <summary>The list of rooms.</summary>
    public static string? Index(JsonElement snapshot, double? score) =>
        score == snapshot.GetProperty("online").GetProperty("now").GetDouble() ? null
        : $"live:rooms has {score}, online are {snapshot.GetProperty("online").GetProperty("now")}.";

    private static string Text(JsonElement of, string name) => of.GetProperty(name).ToString();

    private static string Count(JsonElement window, string type) =>
        window.GetProperty("events").TryGetProperty(type, out var count) ? count.ToString() : "0";

    // Half up, in whole numbers of 1/scale; empty when there is no ratio.
    private static string Rounded(JsonElement ratio, long scale)
    {
        var denominator = ratio.ValueKind == JsonValueKind.Null ? 0 : BigInteger.Parse(ratio.GetProperty("den").GetRawText(), CultureInfo.InvariantCulture);
        if (denominator.IsZero)
        {
            return "";
        }

        var numerator = BigInteger.Parse(ratio.GetProperty("num").GetRawText(), CultureInfo.InvariantCulture);
        return (((2 * scale * numerator) + denominator) / (2 * denominator)).ToString(CultureInfo.InvariantCulture);
    }
}
