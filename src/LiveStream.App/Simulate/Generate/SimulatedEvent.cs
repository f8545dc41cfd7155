using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// One made event as numbers: the same struct feeds the JSON writer, the truth and the benchmarks of decoded events.
/// Indices count from 0; which fields mean something follows from <see cref="Type"/>, as in the table of events.
/// </summary>
public struct SimulatedEvent
{
    /// <summary>Event time, ms since the Unix epoch.</summary>
    public long TimeMs;

    /// <summary>When it leaves its device, ms since the Unix epoch; events come ordered by it.</summary>
    public long SendMs;

    /// <summary>Number behind the event id, 0 = no id. Copies of an event share it.</summary>
    public long Id;

    /// <summary>Number behind the order id.</summary>
    public long Order;

    /// <summary>Minor units, of trade and cost events.</summary>
    public long AmountMinor;

    /// <summary>Index of the room.</summary>
    public int Room;

    /// <summary>Index of the viewer, over all rooms; -1 on room events.</summary>
    public int Viewer;

    /// <summary>Index of the product within its room.</summary>
    public int Product;

    /// <summary>Units.</summary>
    public int Quantity;

    /// <summary>Size of a client-side batch.</summary>
    public int Count;

    /// <summary>Index of a barrage's phrase, or of the turn of a marker or script.</summary>
    public int Text;

    /// <summary>Units available, of stock events.</summary>
    public int StockUnits;

    /// <summary>What happened.</summary>
    public EventType Type;

    /// <summary>Index of the traffic source, of enter events.</summary>
    public byte Channel;

    /// <summary>Whether the viewer is new.</summary>
    public Flag NewViewer;

    /// <summary>Whether the buyer is new.</summary>
    public Flag NewBuyer;

    /// <summary>Whether the viewer is a fan.</summary>
    public Flag Fan;

    /// <summary>Not none: this is no event but a line that must be rejected.</summary>
    public GarbageKind Garbage;
}
