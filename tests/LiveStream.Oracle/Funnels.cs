using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Reach (who did what, in any order) and funnels (who did it in order and in time).</summary>
internal static class Funnels
{
    private static readonly EventType[] ReachSteps =
        [EventType.Impression, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment];

    public static void WriteReach(Utf8JsonWriter json, Interval window)
    {
        var viewers = window.Viewers.Count;
        var previous = viewers;
        json.WriteStartArray("reach");
        foreach (var step in ReachSteps)
        {
            var users = window.UsersWith(step);
            json.WriteStartObject();
            json.WriteString("step", step.Name());
            json.WriteNumber("users", users);
            json.WriteRatio("ofPrevious", users, previous);
            json.WriteRatio("ofViewers", users, viewers);
            json.WriteEndObject();
            previous = users;
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, Interval window)
    {
        var users = window.Events.Where(item => item.IsViewer).GroupBy(item => item.User)
            .Select(user => user.ToList()).ToList();
        json.WriteStartObject("funnels");
        foreach (var funnel in window.Session.Options.Funnels)
        {
            var steps = funnel.Steps.Select(step => EventTypes.Parse(step)!.Value).ToList();
            var levels = users.Select(user => Level(user, steps, funnel.WithinMs)).ToList();
            json.WriteStartArray(funnel.Name);
            for (var i = 0; i < steps.Count; i++)
            {
                WriteStep(json, levels, i, steps[i]);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The longest prefix of steps that distinct events of one user match in order, first and last close enough.</summary>
    public static int Level(IReadOnlyList<LogEvent> ofUser, IReadOnlyList<EventType> steps, long withinMs)
    {
        var longest = 0;
        for (var i = 0; i < ofUser.Count && longest < steps.Count; i++)
        {
            if (ofUser[i].Type == steps[0])
            {
                longest = Math.Max(longest, ChainFrom(ofUser, i, steps, withinMs));
            }
        }

        return longest;
    }

    /// <summary>
    /// The chain that starts with the given event and takes for each step the earliest event left: nothing longer exists,
    /// since a later event leaves less time to the steps after it.
    /// </summary>
    private static int ChainFrom(IReadOnlyList<LogEvent> ofUser, int first, IReadOnlyList<EventType> steps, long withinMs)
    {
        var used = new HashSet<LogEvent>(ReferenceEqualityComparer.Instance) { ofUser[first] };
        var lastTs = ofUser[first].Ts;
        for (var level = 1; level < steps.Count; level++)
        {
            var step = steps[level];
            var next = ofUser.FirstOrDefault(item => item.Type == step && item.Ts >= lastTs && !used.Contains(item));
            if (next is null || next.Ts - ofUser[first].Ts > withinMs)
            {
                return level;
            }

            used.Add(next);
            lastTs = next.Ts;
        }

        return steps.Count;
    }

    private static void WriteStep(Utf8JsonWriter json, List<int> levels, int index, EventType step)
    {
        int UsersAt(int level) => levels.Count(reached => reached >= level);

        var users = UsersAt(index + 1);
        json.WriteStartObject();
        json.WriteString("step", step.Name());
        json.WriteNumber("users", users);
        if (index == 0)
        {
            json.WriteNull("ofPrevious");
            json.WriteNull("ofFirst");
        }
        else
        {
            json.WriteRatio("ofPrevious", users, UsersAt(index));
            json.WriteRatio("ofFirst", users, UsersAt(1));
        }

        json.WriteEndObject();
    }
}
