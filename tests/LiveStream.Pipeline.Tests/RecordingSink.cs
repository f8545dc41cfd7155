using System.Text;
using System.Text.Json;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests;

/// <summary>Keeps what a lane hands out, as copies.</summary>
internal sealed class RecordingSink : LaneSink
{
    public List<Taken> Snapshots { get; } = [];

    public List<(string Room, string Session, bool Shown, long Like, long Payments, Int128 GmvMinor, long Orders)> Live { get; } = [];

    public List<(string Room, string Session, bool RoomEmpty)> Over { get; } = [];

    /// <summary>Rooms of which nothing is due, and for how long they say so.</summary>
    public Dictionary<string, int> NotDue { get; } = [];

    /// <summary>How often it was asked what is due.</summary>
    public int Asked { get; private set; }

    public Taken Last => Snapshots[^1];

    public Taken LastOf(string room, string session) => Snapshots.Last(s => s.Room == room && s.Session == session);

    public override int DueInMs(ReadOnlySpan<byte> room)
    {
        Asked++;
        return NotDue.GetValueOrDefault(Encoding.UTF8.GetString(room));
    }

    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session) => Snapshots.Add(new Taken(
        Encoding.UTF8.GetString(snapshot.Room), Encoding.UTF8.GetString(snapshot.Session), snapshot.StartMs, snapshot.AsOfMs, session.Shown,
        JsonSerializer.Serialize(snapshot)));

    public override void OnLive(LiveFigures live, in SessionOutput session) => Live.Add((
        Encoding.UTF8.GetString(live.Room), Encoding.UTF8.GetString(live.Session), session.Shown,
        live.Events[(int)EventType.Like], live.Payments, live.GmvMinor, live.Orders));

    public override void OnSessionOver(ReadOnlySpan<byte> room, ReadOnlySpan<byte> session, long startMs, bool roomEmpty) =>
        Over.Add((Encoding.UTF8.GetString(room), Encoding.UTF8.GetString(session), roomEmpty));
}

/// <summary>A snapshot that was handed out; its values are read from its text by path.</summary>
internal sealed record Taken(string Room, string Session, long StartMs, long AsOfMs, bool Shown, string Json)
{
    public override string ToString() => $"{Room}/{Session} {StartMs}..{AsOfMs}";

    public long Applied => Number("Applied");

    public bool Capped => At("Capped").GetBoolean();

    public long Viewers => Number("SessionWindow.Viewers");

    public Int128 GmvMinor => Int128.Parse(At("SessionWindow.Trade.GmvMinor").GetRawText());

    public long Number(string path) => At(path).GetInt64();

    public string? Text(string path) => At(path).ValueKind == JsonValueKind.Null ? null : Encoding.UTF8.GetString(At(path).GetBytesFromBase64());

    public JsonElement At(string path)
    {
        var at = JsonDocument.Parse(Json).RootElement;
        foreach (var part in path.Split('.'))
        {
            at = int.TryParse(part, out var index) ? at[index] : at.GetProperty(part);
        }

        return at;
    }
}
