using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;

namespace LiveStream.Metrics.Tests.Sessions;

/// <summary>One room that is given its events one by one in event-time order, and applies them.</summary>
internal sealed class RoomDrive
{
    private readonly NameTable _names = new();
    private readonly SliceInput _input = new();
    private SettleCounts _counts;

    public RoomDrive(EngineOptions? options = null)
    {
        var engine = options ?? new EngineOptions();
        Caps = new SessionCaps(engine.Caps.MaxRooms, engine.Caps.MaxViewers);
        Room = new Room(engine, _names, Caps, _names.Intern("r"u8));
    }

    public Room Room { get; }

    public SessionCaps Caps { get; }

    public SettleCounts Counts => _counts;

    public int Viewer { get; set; } = 1;

    public string? Shown => Room.Shown is { } shown ? Encoding.UTF8.GetString(_names[shown.Name]) : null;

    /// <summary>Name and first time of the session that takes the event; null when none does.</summary>
    /// <param name="type">Type.</param>
    /// <param name="ts">Time, after moving.</param>
    /// <param name="session">Session it names, or empty.</param>
    /// <param name="cameWith">The time it came with, when it was moved.</param>
    public (string Name, long FirstMs)? Take(EventType type, long ts, string session = "", long? cameWith = null)
    {
        RoomEvent[] events = [Made.Event(type, ts, EventTypes.IsViewer(type) ? Viewer : 0, detail: 0)];
        events[0].Moved = cameWith is not null;
        events[0].Session = session.Length == 0 ? NameTable.None : _names.Intern(Encoding.UTF8.GetBytes(session));
        EventDetail[] details = [new EventDetail { OriginalTimeMs = cameWith ?? ts, Order = 1 }];
        var sessions = new Session?[1];
        var only = Room.Resolve(events, details, sessions, ref _counts);
        Assert.Null(sessions[0]);
        while (Room.TakeClosed(out _))
        {
        }

        if (only is null)
        {
            return null;
        }

        _input.Set(ts / 1000 * 1000, 1u << (int)type, details, []);
        only.Apply(events, _input, Caps, null, ref _counts);
        return (Encoding.UTF8.GetString(_names[only.Name]), only.FirstMs);
    }
}
