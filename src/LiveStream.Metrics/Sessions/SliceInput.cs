using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// What comes with the events of a second that a lane applies: details and text that they refer to, and scratch that is reused from slice to
/// slice. Owned by one lane.
/// </summary>
public sealed class SliceInput
{
    private EventDetail[] _details = [];
    private byte[] _text = [];
    private bool[] _marks = new bool[256];

    /// <summary>Details that events refer to.</summary>
    public ReadOnlySpan<EventDetail> Details => _details;

    /// <summary>Text that details refer to.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>Which of its viewers may have several events at one time.</summary>
    public TwinFilter Twins { get; } = new();

    /// <summary>Begin of the second, ms since the Unix epoch.</summary>
    public long StartMs { get; private set; }

    /// <summary>Bit per type of the events; other bits may be set.</summary>
    public uint Types { get; private set; }

    /// <summary>Points at a slice.</summary>
    public void Set(long startMs, uint types, EventDetail[] details, byte[] text)
    {
        StartMs = startMs;
        Types = types;
        _details = details;
        _text = text;
    }

    /// <summary>Cleared marks.</summary>
    public Span<bool> Marks(int events)
    {
        if (_marks.Length < events)
        {
            _marks = new bool[events * 2];
        }

        var marks = _marks.AsSpan(0, events);
        marks.Clear();
        return marks;
    }
}
