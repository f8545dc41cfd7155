using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>The metrics that exist for the whole session only: the object <c>sessionMetrics</c>.</summary>
internal static class SessionMetrics
{
    private const string UnknownChannel = "unknown";

    public static void Write(Utf8JsonWriter json, Session session, long asOfTs)
    {
        var events = session.Before(asOfTs);
        var viewers = session.ActiveBetween(session.StartTs, asOfTs);
        var visits = session.Visits.Where(visit => visit.FirstTs < asOfTs).ToList();
        json.WriteStartObject("sessionMetrics");
        json.WriteRatio("averageStayMs", visits.Total(visit => visit.StayBefore(asOfTs)), viewers.Count);
        json.WriteRatio("returning", visits.GroupBy(visit => visit.User).Count(user => user.Count() >= 2), viewers.Count);
        WriteShare(json, "newViewerShare", events.Where(item => item.Type == EventType.Enter), item => item.NewViewer);
        WriteShare(json, "newBuyerShare", events.Where(item => item.Type == EventType.Payment), item => item.NewBuyer);
        WriteRepurchase(json, events);
        WriteSoldShare(json, events);
        WriteChannels(json, events, viewers);
        WriteTimeTo(json, "timeToOrder", events, EventType.Order);
        WriteTimeTo(json, "timeToPay", events, EventType.Payment);
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

    private static void WriteRepurchase(Utf8JsonWriter json, IEnumerable<LogEvent> events)
    {
        var buyers = events.Where(item => item.Type == EventType.Payment).GroupBy(item => item.User).ToList();
        json.WriteRatio("repurchase", buyers.Count(buyer => Trade.OrdersOf(buyer) >= 2), buyers.Count);
    }

    private static void WriteSoldShare(Utf8JsonWriter json, ArraySegment<LogEvent> events)
    {
        HashSet<string> Named(Func<LogEvent, bool> isMeant) =>
            [.. events.Where(item => item.Product is not null && isMeant(item)).Select(item => item.Product!)];

        var sold = Named(item => item.Type == EventType.Payment);
        var offered = events.Any(item => item.Type == EventType.List)
            ? Named(item => item.Type == EventType.List)
            : Named(item => item.Type != EventType.Unlist);
        json.WriteRatio("soldShare", sold.Count, offered.Union(sold).Count());
    }

    private static void WriteChannels(Utf8JsonWriter json, IEnumerable<LogEvent> events, IEnumerable<string> viewers)
    {
        var channelOf = events.Where(item => item.Type == EventType.Enter && item.Channel is not null)
            .GroupBy(item => item.User)
            .ToDictionary(
                user => user.Key,
                user => user.OrderBy(item => item.Ts).ThenBy(item => item.Channel, Utf8Order.Instance).First().Channel!);
        json.WriteStartObject("channels");
        foreach (var channel in viewers.GroupBy(user => channelOf.GetValueOrDefault(user, UnknownChannel))
            .OrderBy(channel => channel.Key, Utf8Order.Instance))
        {
            json.WriteNumber(channel.Key, channel.Count());
        }

        json.WriteEndObject();
    }

    private static void WriteTimeTo(Utf8JsonWriter json, string name, IEnumerable<LogEvent> events, EventType type)
    {
        var times = events.Where(item => item.IsActive).GroupBy(item => item.User)
            .Where(user => user.Any(item => item.Type == type))
            .Select(user => user.First(item => item.Type == type).Ts - user.First().Ts)
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
