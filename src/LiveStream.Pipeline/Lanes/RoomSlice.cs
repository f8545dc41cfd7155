using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// Events of one second of one room that wait for the watermark, with their details and order texts. Names are the lane's numbers already. Owned by
/// the room's entry and reused; how many events wait in all is capped by the lane.
/// </summary>
internal sealed class RoomSlice
{
    private const int Ranks = 4;

    private RoomEvent[] _events = new RoomEvent[8];
    private EventDetail[] _details = [];
    private byte[] _text = [];
    private int _detailCount;
    private int _textLength;
    private int _largestKey;

    /// <summary>Keys of <see cref="KeyOf"/> are smaller.</summary>
    public static int Keys => EngineOptions.HopMs * Ranks;

    /// <summary>Begin of the second, ms since the Unix epoch.</summary>
    public long StartMs { get; private set; }

    /// <summary>Bit per type of its events.</summary>
    public uint Types { get; private set; }

    /// <summary>Whether its events came in their order.</summary>
    public bool InOrder { get; private set; }

    /// <summary>Events that are counted among the room's live numbers, the first ones.</summary>
    public int Counted { get; set; }

    /// <summary>How many of its events a checkpoint that is being written holds, the first ones.</summary>
    public int Marked { get; set; }

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>The events in order of arrival; whoever applies them may change them.</summary>
    public Span<RoomEvent> Events => _events.AsSpan(0, Count);

    /// <summary>Details by index.</summary>
    public EventDetail[] Details => _details;

    /// <summary>Text that details refer to.</summary>
    public byte[] Text => _text;

    /// <summary>Place of an event in the second's order: by ms, then rank.</summary>
    public int KeyOf(in RoomEvent e) => ((int)(e.TimeMs - StartMs) * Ranks) + e.Rank;

    /// <summary>Empties it for another second.</summary>
    public void Reset(long startMs)
    {
        StartMs = startMs;
        Types = 0;
        InOrder = true;
        Counted = 0;
        Marked = 0;
        Count = 0;
        _detailCount = 0;
        _textLength = 0;
        _largestKey = 0;
    }

    /// <summary>Appends an event and copies its detail from the batch; the caller makes its names the lane's.</summary>
    public ref RoomEvent Append(in RoomEvent e, EventBatch batch)
    {
        ref var appended = ref Append(e);
        if (e.Detail >= 0)
        {
            ref readonly var detail = ref batch.Detail(e.Detail);
            appended.Detail = AddDetail(detail, batch.Text(detail.OrderOffset, detail.OrderLength));
        }

        return ref appended;
    }

    /// <summary>Writes the marked events.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Marked);
        foreach (ref readonly var e in Events[..Marked])
        {
            writer.WriteCopy(e);
            writer.WriteName(e.Session);
            writer.WriteName(e.Product);
            writer.WriteName(e.Name);
            if (e.Detail >= 0)
            {
                ref readonly var detail = ref _details[e.Detail];
                writer.WriteCopy(detail);
                writer.WriteBytes(_text.AsSpan(detail.OrderOffset, detail.OrderLength));
            }
        }
    }

    /// <summary>Appends events that were written.</summary>
    public void Restore(ref StateReader reader)
    {
        for (var events = reader.ReadCount(); events > 0; events--)
        {
            ref var e = ref Append(reader.ReadCopy<RoomEvent>());
            e.Session = reader.ReadName();
            e.Product = reader.ReadName();
            e.Name = reader.ReadName();
            if (e.Detail >= 0)
            {
                e.Detail = AddDetail(reader.ReadCopy<EventDetail>(), reader.ReadBytes());
            }
        }
    }

    private ref RoomEvent Append(in RoomEvent e)
    {
        if (Count == _events.Length)
        {
            Array.Resize(ref _events, Count * 2);
        }

        ref var appended = ref _events[Count++];
        appended = e;
        Types |= 1u << (int)e.Type;
        var key = KeyOf(e);
        InOrder &= key >= _largestKey;
        _largestKey = Math.Max(_largestKey, key);
        return ref appended;
    }

    private int AddDetail(EventDetail detail, ReadOnlySpan<byte> order)
    {
        if (_textLength + order.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_textLength + order.Length, _text.Length * 2));
        }

        order.CopyTo(_text.AsSpan(_textLength));
        detail.OrderOffset = _textLength;
        _textLength += order.Length;
        if (_detailCount == _details.Length)
        {
            Array.Resize(ref _details, Math.Max(4, _detailCount * 2));
        }

        _details[_detailCount] = detail;
        return _detailCount++;
    }
}
