using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>The metrics that exist for the whole session only: the object <c>sessionMetrics</c>.</summary>
internal static class SessionMetrics
{
    private const string UnknownChannel = "unknown";

    public static void Write(Utf8JsonWriter json, Interval whole)
    {
        var viewers = whole.Viewers;
        var visits = whole.Session.Visits.Where(visit => visit.FirstTs < whole.ToTs).ToList();
        json.WriteStartObject("sessionMetrics");
        json.WriteRatio("averageStayMs", visits.Total(visit => visit.StayBefore(whole.ToTs)), viewers.Count);
        json.WriteRatio("returning", visits.GroupBy(visit => visit.User).Count(user => user.Count() >= 2), viewers.Count);
        WriteShare(json, "newViewerShare", whole.Of(EventType.Enter), item => item.NewViewer);
        WriteShare(json, "newBuyerShare", whole.Of(EventType.Payment), item => item.NewBuyer);
        WriteRepurchase(json, whole);
        WriteSoldShare(json, whole);
        WriteChannels(json, whole);
        WriteTimeTo(json, "timeToOrder", whole, EventType.Order);
        WriteTimeTo(json, "timeToPay", whole, EventType.Payment);
        json.WriteEndObject();
    }

    /// <summary>Of the users whose flag is known, those whose first one is true; at equal ts true wins.</summary>
    private static void WriteShare(Utf8JsonWriter json, string name, IEnumerable<LogEvent> events, Func<LogEvent, bool?> flag)
    {
        var firstFlags = events.Where(item => flag(item) is not null).GroupBy(item => item.User)
            .Select(user => user.OrderBy(item => item.Ts).ThenByDescending(item => flag(item)!.Value).First())
            .Select(item => flag(item)!.Value)
            .ToList();
        json.WriteRatio(name, firstFlags.Count(isTrue => isTrue), firstFlags.Count);
    }

    private static void WriteRepurchase(Utf8JsonWriter json, Interval whole)
    {
        var buyers = whole.Of(EventType.Payment).GroupBy(item => item.User).ToList();
        json.WriteRatio("repurchase", buyers.Count(buyer => Trade.OrdersOf(buyer) >= 2), buyers.Count);
    }

    private static void WriteSoldShare(Utf8JsonWriter json, Interval whole)
    {
        static HashSet<string> Named(IEnumerable<LogEvent> events) =>
            [.. events.Where(item => item.Product is not null).Select(item => item.Product!)];

        var sold = Named(whole.Of(EventType.Payment));
        var listed = whole.Of(EventType.List);
        var offered = Named(listed.Count > 0 ? listed : whole.Events.Where(item => item.Type != EventType.Unlist));
        json.WriteRatio("soldShare", sold.Count, offered.Union(sold).Count());
    }

    private static void WriteChannels(Utf8JsonWriter json, Interval whole)
    {
        var channelOf = whole.Of(EventType.Enter).Where(item => item.Channel is not null)
            .GroupBy(item => item.User)
            .ToDictionary(
                user => user.Key,
                user => user.OrderBy(item => item.Ts).ThenBy(item => item.Channel, Utf8Order.Instance).First().Channel!);
        json.WriteStartObject("channels");
        foreach (var channel in whole.Viewers.GroupBy(user => channelOf.GetValueOrDefault(user, UnknownChannel))
            .OrderBy(channel => channel.Key, Utf8Order.Instance))
        {
            json.WriteNumber(channel.Key, channel.Count());
        }

        json.WriteEndObject();
    }

    private static void WriteTimeTo(Utf8JsonWriter json, string name, Interval whole, EventType type)
    {
        var times = whole.Of(type).GroupBy(item => item.User)
            .Select(user => user.First().Ts - whole.Session.EventsByUser[user.Key].First(item => item.IsActive).Ts)
            .Order()
            .ToList();
        json.WriteStartObject(name);
        json.WriteNumber("count", times.Count);
        if (times.Count == 0)
        {
            json.WriteNull("meanMs");
            json.WriteNull("p50Ms");
            json.WriteNull("p90Ms");
        }
        else
        {
            json.WriteNumber("meanMs", Ratio.Nearest(times.Total(time => time), times.Count));
            json.WriteNumber("p50Ms", Coarse(NearestRank(times, 50)));
            json.WriteNumber("p90Ms", Coarse(NearestRank(times, 90)));
        }

        json.WriteEndObject();
    }

    /// <summary>The smallest value that at least the given share of all values does not exceed.</summary>
    private static long NearestRank(List<long> ascending, int percent) => ascending[(((ascending.Count * percent) + 99) / 100) - 1];

    /// <summary>Rounded down to the 8 leading binary digits; this keeps order, so the rank may be taken before it.</summary>
    private static long Coarse(long value)
    {
        var unit = 1L;
        while (value / unit >= 256)
        {
            unit *= 2;
        }

        return value / unit * unit;
    }
}
