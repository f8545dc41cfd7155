using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Viewers;

public sealed class ChannelsTests
{
    private static readonly string[] Sources = ["feed", "search", "分享", "other", "unknown", "a", "ab", "é", "Feed"];

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(3, 4)]
    [InlineData(4, 1)]
    public void TheFirstChannelCountsAndTheSmallerWinsATie(int seed, int maxChannels)
    {
        var random = new Random(seed);
        var names = new NameTable();
        var numbers = Sources.OrderBy(_ => random.Next()).ToDictionary(s => s, s => names.Intern(Encoding.UTF8.GetBytes(s)));
        var channels = new Channels(names, maxChannels);
        var rows = new ViewerRow[60];
        var chosen = new Dictionary<ulong, string>();
        var figures = new SessionFigures();
        for (var second = 0; second < 60; second++)
        {
            var events = Events(random, numbers, second);
            var slice = Made.Slice(events);
            for (var i = 0; i < events.Length; i++)
            {
                if (events[i].Type == EventType.Enter)
                {
                    channels.Apply(slice, i, ref rows[events[i].Viewer]);
                }
            }

            Choose(chosen, events, names);
            var viewers = chosen.Count + random.Next(3);
            channels.Fill(figures, viewers);
            Assert.Equal(Expected(chosen, maxChannels, viewers), figures.Channels.Select(c => (Encoding.UTF8.GetString(c.Channel), c.Viewers)));
            Assert.Equal(chosen.Values.Distinct().Count() > maxChannels, channels.Capped);
            var copy = new Channels(names, maxChannels);
            Made.HandOver(channels.Save, copy.Restore, names);
            channels = copy;
        }

        names.BeginSweep();
        channels.MarkNames();
        names.EndSweep();
        Assert.Equal(chosen.Values.Distinct().Take(maxChannels).Count(), names.Count);
    }

    private static RoomEvent[] Events(Random random, Dictionary<string, int> numbers, int second)
    {
        var events = Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
        {
            var name = random.Next(3) == 0 ? NameTable.None : numbers[Sources[random.Next(Sources.Length)]];
            return Made.Event(random.Next(4) == 0 ? EventType.Start : EventType.Enter, (second * 1000) + random.Next(3), random.Next(random.Next(2) == 0 ? 3 : 60), name: name);
        });
        return [.. events.OrderBy(e => e.TimeMs)];
    }

    // In the order in which users first have a channel, which is what the cap goes by.
    private static void Choose(Dictionary<ulong, string> chosen, RoomEvent[] events, NameTable names)
    {
        foreach (var e in events.Where(e => e.Type == EventType.Enter && e.Name >= 0 && !chosen.ContainsKey(e.Viewer)))
        {
            var atOnce = events.Where(x => x.Type == EventType.Enter && x.Name >= 0 && x.Viewer == e.Viewer && x.TimeMs == e.TimeMs);
            chosen.TryAdd(e.Viewer, Encoding.UTF8.GetString(atOnce.Select(x => names[x.Name]).Min(Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y)))!));
        }
    }

    private static IEnumerable<(string, long)> Expected(Dictionary<ulong, string> chosen, int maxChannels, int viewers)
    {
        var kept = chosen.Values.Distinct().Take(maxChannels).ToHashSet();
        return chosen.Values.Select(c => kept.Contains(c) ? c : "other").Concat(Enumerable.Repeat("unknown", viewers - chosen.Count))
            .GroupBy(c => c).OrderBy(g => Convert.ToHexString(Encoding.UTF8.GetBytes(g.Key)), StringComparer.Ordinal).Select(g => (g.Key, g.LongCount()));
    }
}
