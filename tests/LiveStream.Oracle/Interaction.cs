using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Viewers, visits and what they do in an interval: the first properties of a window.</summary>
internal static class Interaction
{
    public static void Write(Utf8JsonWriter json, Interval window)
    {
        json.WriteNumber("viewers", window.Viewers.Count);
        json.WriteNumber("entries", window.Entries);
        json.WriteNumber("leaves", window.Leaves);
        WriteEvents(json, window);
        var interacting = EventTypes.OfViewers.Where(type => type.IsInteraction())
            .SelectMany(window.Of).Select(item => item.User).Distinct().Count();
        json.WriteNumber("interactingViewers", interacting);
        json.WriteRatio("interactionRate", interacting, window.Viewers.Count);
        json.WriteNumber("gifters", window.Of(EventType.Gift).Select(item => item.User).Distinct().Count());
    }

    private static void WriteEvents(Utf8JsonWriter json, Interval window)
    {
        json.WriteStartObject("events");
        foreach (var type in EventTypes.OfViewers)
        {
            var events = window.Of(type);
            if (events.Count > 0)
            {
                json.WriteNumber(type.Name(), type is EventType.Like or EventType.Gift ? events.Sum(item => item.Count) : events.Count);
            }
        }

        json.WriteEndObject();
    }
}
