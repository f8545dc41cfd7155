using System.Text;
using LiveStream.Integration.Fixtures;
using LiveStream.Oracle;

namespace LiveStream.Integration.Line;

/// <summary>The last snapshot of a room in Redis against the plain recomputation of the log that lies in Kafka: the same bytes, without <c>live</c>.</summary>
internal static class OracleCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>Waits until the room's last snapshot is there, and compares.</summary>
    public static async Task SameBytesAsync(TestTopics topics, RoomView view, string room)
    {
        var expected = Replay.Run(await topics.LinesAsync(), new OracleOptions { Room = room });
        var line = Encoding.UTF8.GetString(Assert.Single(expected.Lines));
        await Poll.UntilAsync(Limit, "the last snapshot is what the log says", async () =>
        {
            var shown = WithoutLive(await view.SnapshotTextAsync() ?? "{}");
            return shown == line ? null : $"\nexpected {line}\nshown    {shown}";
        });
    }

    /// <summary>The settled part of a published snapshot, as <c>livestream replay</c> writes it.</summary>
    public static string WithoutLive(string snapshot)
    {
        var live = snapshot.LastIndexOf(",\"live\":{", StringComparison.Ordinal);
        return live < 0 ? snapshot : snapshot[..live] + "}";
    }
}
