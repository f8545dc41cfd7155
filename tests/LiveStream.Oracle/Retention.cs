using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Retention per window, per ten-minute segment, and the survival curve.</summary>
internal static class Retention
{
    private const long MinuteMs = 60_000;
    private const long SegmentMs = 10 * MinuteMs;

    private static readonly int[] SurvivalMinutes = [1, 3, 5, 10, 30];

    /// <summary>Writes <c>retention</c> of a sliding window, which moves by a tenth of it.</summary>
    public static void WriteOfWindow(Utf8JsonWriter json, Session session, long asOfTs, long windowMs)
    {
        var endTs = Session.RoundDown(asOfTs, windowMs / 10);
        var before = session.ActiveBetween(endTs - (2 * windowMs), endTs - windowMs);
        var after = session.ActiveBetween(endTs - windowMs, endTs);
        json.WriteRatio("retention", before.Count(after.Contains), before.Count);
    }

    public static void Write(Utf8JsonWriter json, Session session, long asOfTs)
    {
        json.WriteStartObject("retention");
        WriteSegments(json, session, asOfTs);
        WriteSurvival(json, session, asOfTs);
        json.WriteEndObject();
    }

    private static void WriteSegments(Utf8JsonWriter json, Session session, long asOfTs)
    {
        json.WriteStartArray("segments");
        for (long index = 0; BeginOf(session, index) < asOfTs; index++)
        {
            var viewers = ActiveIn(session, index, asOfTs);
            var next = ActiveIn(session, index + 1, asOfTs);
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteNumber("viewers", viewers.Count);
            json.WriteRatio("retained", viewers.Count(next.Contains), viewers.Count);
            json.WriteBoolean("open", asOfTs < BeginOf(session, index + 2));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static long BeginOf(Session session, long index) => session.StartTs + (index * SegmentMs);

    private static HashSet<string> ActiveIn(Session session, long index, long asOfTs) =>
        session.ActiveBetween(BeginOf(session, index), Math.Min(BeginOf(session, index + 1), asOfTs));

    private static void WriteSurvival(Utf8JsonWriter json, Session session, long asOfTs)
    {
        var lives = session.Before(asOfTs).Where(item => item.IsViewer).GroupBy(item => item.User)
            .Where(user => user.Any(item => item.IsActive))
            .Select(user => (FirstTs: user.First(item => item.IsActive).Ts, LastTs: user.Last().Ts))
            .ToList();
        json.WriteStartArray("survival");
        foreach (var minutes in SurvivalMinutes)
        {
            var lengthMs = minutes * MinuteMs;
            var old = lives.Where(life => life.FirstTs < asOfTs - lengthMs).ToList();
            json.WriteStartObject();
            json.WriteNumber("minutes", minutes);
            json.WriteRatio("retained", old.Count(life => life.LastTs >= life.FirstTs + lengthMs), old.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
