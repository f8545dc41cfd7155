using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>One settled snapshot of a session at T: output.md, without <c>live</c>.</summary>
internal static class Snapshot
{
    private const long MinuteMs = 60_000;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(Session session, long asOfTs)
    {
        var whole = new Interval(session, session.StartTs, asOfTs);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            WriteHead(json, session, asOfTs);
            session.Online.Write(json, asOfTs);
            WriteWindows(json, whole);
            Retention.Write(json, session, asOfTs);
            SessionMetrics.Write(json, whole);
            Products.Write(json, session, asOfTs);
            WriteProductNames(json, session, asOfTs);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter json, Session session, long asOfTs)
    {
        var events = session.Before(asOfTs);
        json.WriteString("schema", "livestream.snapshot/1");
        json.WriteString("room", session.Room);
        if (LatestName(events.Where(item => item.Type == EventType.Start)) is { } roomName)
        {
            json.WriteString("roomName", roomName);
        }

        json.WriteString("session", session.Name);
        json.WriteString("status", IsEnded(events) ? "ended" : "live");
        json.WriteNumber("start", session.StartTs);
        json.WriteNumber("elapsedMs", asOfTs - session.StartTs);
        json.WriteNumber("asOf", asOfTs);
        json.WriteBoolean("settled", true);
        json.WriteNumber("applied", events.Count);
        json.WriteString("currency", session.Options.Currency);
        json.WriteNumber("minorDigits", session.Options.MinorDigits);
    }

    private static bool IsEnded(ArraySegment<LogEvent> events)
    {
        var endTs = events.Where(item => item.Type == EventType.End).Select(item => item.Ts).DefaultIfEmpty(-1).Max();
        var startTs = events.Where(item => item.Type == EventType.Start).Select(item => item.Ts).DefaultIfEmpty(-1).Max();
        return endTs >= 0 && endTs >= startTs;
    }

    private static void WriteWindows(Utf8JsonWriter json, Interval whole)
    {
        var (session, asOfTs) = (whole.Session, whole.ToTs);
        json.WriteStartObject("windows");
        foreach (var minutes in session.Options.WindowMinutes)
        {
            var windowMs = minutes * MinuteMs;
            var toTs = Session.RoundDown(asOfTs, windowMs / 60);
            json.WriteStartObject(string.Create(CultureInfo.InvariantCulture, $"{minutes}m"));
            var window = new Interval(session, toTs - windowMs, toTs);
            Interaction.Write(json, window);
            Retention.WriteOfWindow(json, session, asOfTs, windowMs);
            WriteRest(json, window, new Interval(session, toTs - (2 * windowMs), toTs - windowMs));
            json.WriteEndObject();
        }

        json.WriteStartObject("session");
        Interaction.Write(json, whole);
        WriteRest(json, whole, null);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter json, Interval window, Interval? before)
    {
        Funnels.WriteReach(json, window);
        Funnels.Write(json, window);
        Trade.Write(json, window);
        HotProducts.Write(json, window, before);
    }

    private static void WriteProductNames(Utf8JsonWriter json, Session session, long asOfTs)
    {
        var naming = session.Before(asOfTs).Where(item => item.Type is EventType.List or EventType.ExplainStart);
        json.WriteStartObject("names");
        foreach (var product in naming.GroupBy(item => item.Product!).OrderBy(item => item.Key, Utf8Order.Instance))
        {
            if (LatestName(product) is { } name)
            {
                json.WriteString(product.Key, name);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The name with the largest ts; at equal ts the smaller; null when none of the events has one.</summary>
    private static string? LatestName(IEnumerable<LogEvent> events) => events
        .Where(item => item.Name is not null)
        .OrderByDescending(item => item.Ts)
        .ThenBy(item => item.Name, Utf8Order.Instance)
        .FirstOrDefault()?.Name;
}
