using System.Text.Json;

namespace LiveStream.Integration.Line;

/// <summary>A session's totals as lines of <c>name=number</c>, from the simulator's truth and from a snapshot: they must be the same lines.</summary>
internal static class SessionNumbers
{
    private static readonly string[] Trade = ["orders", "paidOrders", "payments", "units", "gmv", "refunds", "refunded", "netGmv", "buyers"];

    /// <summary>What the generator knows of a room.</summary>
    public static IReadOnlyList<string> OfTruth(JsonElement room)
    {
        var lines = new List<string>
        {
            Line("room", room), Line("session", room), Line("applied", room), Line("viewers", room), Line("interactingViewers", room),
        };
        lines.AddRange(room.GetProperty("events").EnumerateObject().Select(type => $"events.{type.Name}={type.Value}").Order(StringComparer.Ordinal));
        lines.AddRange(Trade.Select(name => "trade." + Line(name, room.GetProperty("trade"))));
        lines.AddRange(room.GetProperty("reach").EnumerateObject().Select(step => $"reach.{step.Name}={step.Value}"));
        foreach (var funnel in room.GetProperty("funnels").EnumerateObject())
        {
            lines.AddRange(funnel.Value.EnumerateArray().Select((users, step) => $"funnels.{funnel.Name}[{step}]={users}"));
        }

        return lines;
    }

    /// <summary>What a snapshot shows.</summary>
    public static IReadOnlyList<string> OfSnapshot(JsonElement snapshot)
    {
        var session = snapshot.GetProperty("windows").GetProperty("session");
        var lines = new List<string>
        {
            Line("room", snapshot), Line("session", snapshot), Line("applied", snapshot), Line("viewers", session), Line("interactingViewers", session),
        };
        lines.AddRange(session.GetProperty("events").EnumerateObject().Select(type => $"events.{type.Name}={type.Value}").Order(StringComparer.Ordinal));
        lines.AddRange(Trade.Select(name => "trade." + Line(name, session.GetProperty("trade"))));
        lines.AddRange(session.GetProperty("reach").EnumerateArray().Select(step => $"reach.{step.GetProperty("step")}={step.GetProperty("users")}"));
        foreach (var funnel in session.GetProperty("funnels").EnumerateObject())
        {
            lines.AddRange(funnel.Value.EnumerateArray().Select((step, index) => $"funnels.{funnel.Name}[{index}]={step.GetProperty("users")}"));
        }

        return lines;
    }

    /// <summary>Null when both are the same; else what differs, one sentence.</summary>
    public static string? Difference(JsonElement truthRoom, JsonElement? snapshot)
    {
        if (snapshot is not { } shown)
        {
            return "There is no snapshot.";
        }

        var expected = OfTruth(truthRoom);
        var actual = OfSnapshot(shown);
        var wrong = expected.Except(actual).ToList();
        var instead = actual.Except(expected).ToList();
        return wrong.Count + instead.Count == 0 ? null : $"Expected {string.Join(' ', wrong)}, shown {string.Join(' ', instead)}.";
    }

    private static string Line(string name, JsonElement of) => $"{name}={of.GetProperty(name)}";
}
