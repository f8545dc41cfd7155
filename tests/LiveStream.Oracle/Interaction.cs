using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Viewers, visits and what they do in an interval: the first properties of a window.</summary>
internal static class Interaction
{
    public static void Write(Utf8JsonWriter json, Session session, long fromTs, long toTs)
    {
        var viewers = session.ActiveBetween(fromTs, toTs).Count;
        var window = session.Between(fromTs, toTs);
        json.WriteNumber("viewers", viewers);
        json.WriteNumber("entries", Entries(session, fromTs, toTs));
        json.WriteNumber("leaves", session.Visits.Count(visit => visit.EndTs >= fromTs && visit.EndTs < toTs));
        WriteEvents(json, window);
        var interacting = window.Where(item => item.Type.IsInteraction()).Select(item => item.User).Distinct().Count();
        json.WriteNumber("interactingViewers", interacting);
        json.WriteRatio("interactionRate", interacting, viewers);
    }

    public static int Entries(Session session, long fromTs, long toTs) =>
        session.Visits.Count(visit => visit.FirstTs >= fromTs && visit.FirstTs < toTs);

    private static void WriteEvents(Utf8JsonWriter json, ArraySegment<LogEvent> window)
    {
        var counts = window.Where(item => item.IsViewer).GroupBy(item => item.Type).ToDictionary(
            group => group.Key,
            group => group.Sum(item => item.Type is EventType.Like or EventType.Gift ? item.Count : 1));
        json.WriteStartObject("events");
        foreach (var type in EventTypes.OfViewers.Where(counts.ContainsKey))
        {
            json.WriteNumber(type.Name(), counts[type]);
        }

        json.WriteEndObject();
    }
}
