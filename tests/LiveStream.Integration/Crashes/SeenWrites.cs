using System.Globalization;
using System.Text;
using LiveStream.Oracle;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// What a watched Redis was heard to run for the publisher's scripts: every snapshot that was ever visible, and how fresh each room was at each
/// moment. Heard on one thread, asked from any.
/// </summary>
internal sealed class SeenWrites
{
    private readonly Lock gate = new();
    private readonly SeenSnapshots snapshots;
    private readonly List<string> wrong = [];
    private readonly Dictionary<string, List<(long WrittenMs, long AsOfMs)>> written = new(StringComparer.Ordinal);
    private string asOf = "";

    public SeenWrites() => snapshots = new SeenSnapshots(wrong.Add);

    /// <summary>What was wrong by itself: a room that went back, a snapshot that changed.</summary>
    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (gate)
            {
                return [.. wrong];
            }
        }
    }

    /// <summary>Every snapshot. Asked when the watch is over.</summary>
    public SeenSnapshots Snapshots => snapshots;

    /// <summary>Snapshots that became visible, the same again included.</summary>
    public long Writes { get; private set; }

    /// <summary>T of the newest snapshot of each room, by the name of its key.</summary>
    public IReadOnlyDictionary<string, long> Newest
    {
        get
        {
            lock (gate)
            {
                return written.ToDictionary(room => room.Key, room => room.Value[^1].AsOfMs, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>
    /// When the last room became fresh after a moment and stayed so: it had been written since, and what it showed was of a T at most so far
    /// behind. Null while a room is not fresh now.
    /// </summary>
    public long? FreshMs(long sinceMs, long behindMs, long nowMs)
    {
        lock (gate)
        {
            var latestMs = sinceMs;
            foreach (var room in written.Values)
            {
                if (room[^1].WrittenMs < sinceMs || nowMs - room[^1].AsOfMs > behindMs)
                {
                    return null;
                }

                latestMs = Math.Max(latestMs, FreshMs(room, sinceMs, behindMs));
            }

            return written.Count == 0 ? null : latestMs;
        }
    }

    /// <summary>A line of the watch.</summary>
    public void Hear(ReadOnlySpan<byte> line)
    {
        if (!MonitorLine.MayMatter(line))
        {
            return;
        }

        var heard = MonitorLine.Parse(line);
        lock (gate)
        {
            switch (heard.Command)
            {
                case "FLUSHALL" or "FLUSHDB":
                    snapshots.Forgotten();
                    break;
                case "HMSET" when heard.IsOfScript && heard.Text(1).EndsWith(":fence", StringComparison.Ordinal):
                    HearFence(heard);
                    break;
                case "SET" when heard.IsOfScript && heard.Text(1).EndsWith(":snapshot", StringComparison.Ordinal):
                    HearSnapshot(heard);
                    break;
            }
        }
    }

    /// <summary>A snapshot lay in a server that came up with its keys.</summary>
    public void Found(string key, byte[] json)
    {
        lock (gate)
        {
            snapshots.Found(key, json);
        }
    }

    /// <summary>The keys are gone.</summary>
    public void Forgotten()
    {
        lock (gate)
        {
            snapshots.Forgotten();
        }
    }

    private static long FreshMs(List<(long WrittenMs, long AsOfMs)> room, long sinceMs, long behindMs)
    {
        var first = room.FindIndex(write => write.WrittenMs >= sinceMs);
        var freshMs = room[first].WrittenMs;
        for (var i = Math.Max(1, first); i < room.Count; i++)
        {
            if (room[i].WrittenMs - room[i - 1].AsOfMs > behindMs)
            {
                freshMs = room[i].WrittenMs;
            }
        }

        return freshMs;
    }

    // The script of settled numbers sets the fence before it sets the snapshot.
    private void HearFence(MonitorLine heard)
    {
        if (heard.Text(2) == "asOf")
        {
            asOf = heard.Text(3);
        }
        else if (heard.Text(2) == "nowEpoch")
        {
            snapshots.LiveVisible(heard.Text(1), long.Parse(heard.Text(3), CultureInfo.InvariantCulture));
        }
    }

    private void HearSnapshot(MonitorLine heard)
    {
        var asOfMs = long.Parse(asOf, CultureInfo.InvariantCulture);
        snapshots.Visible(heard.Text(1), asOfMs, heard.Words[2]);
        Writes++;
        if (!written.TryGetValue(heard.Text(1), out var room))
        {
            written[heard.Text(1)] = room = [];
        }

        room.Add((heard.TimeMs, asOfMs));
    }
}
