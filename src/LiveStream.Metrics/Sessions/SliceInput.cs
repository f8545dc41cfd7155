using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The side arrays of a slice that a lane applies: details and text that came with it, and scratch that it reuses from slice to slice.
/// Owned by one lane.
/// </summary>
public sealed class SliceInput
{
    private EventDetail[] _details = [];
    private byte[] _text = [];
    private int[] _viewers = new int[256];
    private int[] _products = new int[256];
    private bool[] _marks = new bool[256];

    /// <summary>Details that events refer to.</summary>
    public ReadOnlySpan<EventDetail> Details => _details;

    /// <summary>Text that details refer to.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>Viewer number by event.</summary>
    public Span<int> Viewers => _viewers;

    /// <summary>Product number by event.</summary>
    public Span<int> Products => _products;

    /// <summary>Points at the slice's details and text, and makes room for its events.</summary>
    public void Set(EventDetail[] details, byte[] text, int events)
    {
        _details = details;
        _text = text;
        if (_viewers.Length < events)
        {
            var length = Math.Max(events, _viewers.Length * 2);
            _viewers = new int[length];
            _products = new int[length];
            _marks = new bool[length];
        }
    }

    /// <summary>Cleared marks.</summary>
    public Span<bool> Marks(int events)
    {
        var marks = _marks.AsSpan(0, events);
        marks.Clear();
        return marks;
    }
}
