namespace LiveStream.Metrics.Events;

/// <summary>
/// One decoded event that has passed every check of its own fields, as views into the decoder's buffers.
/// The decoder fills it, the pipeline's intake reads it before the next one is decoded; nothing else may keep it.
/// An absent string is an empty span.
/// </summary>
public ref struct ParsedEvent
{
    /// <summary>What happened.</summary>
    public EventType Type;

    /// <summary>Event time, ms since the Unix epoch.</summary>
    public long TimeMs;

    /// <summary>Pseudonym of the user (keyed hash), 0 when absent.</summary>
    public ulong Viewer;

    /// <summary>Room id, 1..128 bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> Room;

    /// <summary>Session name or empty.</summary>
    public ReadOnlySpan<byte> Session;

    /// <summary>Event id or empty.</summary>
    public ReadOnlySpan<byte> Id;

    /// <summary>Product id or empty.</summary>
    public ReadOnlySpan<byte> Product;

    /// <summary>Order id or empty.</summary>
    public ReadOnlySpan<byte> Order;

    /// <summary>Traffic source or empty.</summary>
    public ReadOnlySpan<byte> Channel;

    /// <summary>Display name of the room (on start) or of the product (on list, explain_start), or empty.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>Label of a marker or a script revision, or empty.</summary>
    public ReadOnlySpan<byte> Label;

    /// <summary>Text of a barrage, marker or script, or empty.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Minor units; 0 when absent.</summary>
    public long AmountMinor;

    /// <summary>Units available; meaningful on stock events.</summary>
    public long StockUnits;

    /// <summary>Units, 1..1,000,000; 1 when absent.</summary>
    public int Quantity;

    /// <summary>Size of a client-side batch, 1..10,000; 1 when absent.</summary>
    public int Count;

    /// <summary>Whether the viewer is new to the room's owner.</summary>
    public Flag NewViewer;

    /// <summary>Whether the buyer is new.</summary>
    public Flag NewBuyer;

    /// <summary>Whether the viewer is a fan.</summary>
    public Flag Fan;
}
