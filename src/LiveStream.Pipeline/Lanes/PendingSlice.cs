using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// Events of one second that wait for the watermark, with their details and order texts. Names are the lane's numbers already. Owned by
/// a lane's group and reused; how many events wait in all is capped by the lane.
/// </summary>
internal sealed class PendingSlice
{
    private RoomEvent[] _events = new RoomEvent[256];
    private EventDetail[] _details = new EventDetail[16];
    private byte[] _text = new byte[256];
    private int _detailCount;
    private int _textLength;

    /// <summary>Begin of the second, ms since the Unix epoch.</summary>
    public long StartMs { get; private set; }

    /// <summary>Bit per type of its events.</summary>
    public uint Types { get; private set; }

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>The events in order of arrival.</summary>
    public ReadOnlySpan<RoomEvent> Events => _events.AsSpan(0, Count);

    /// <summary>Details by index.</summary>
    public EventDetail[] Details => _details;

    /// <summary>Text that details refer to.</summary>
    public byte[] Text => _text;

    /// <summary>Empties it for another second.</summary>
    public void Reset(long startMs)
    {
        StartMs = startMs;
        Count = 0;
        Types = 0;
        _detailCount = 0;
        _textLength = 0;
    }

    /// <summary>Appends an event whose names are already the lane's; its detail is copied from the batch.</summary>
    public void Append(in RoomEvent e, EventBatch batch)
    {
        if (Count == _events.Length)
        {
            Array.Resize(ref _events, Count * 2);
        }

        _events[Count] = e;
        Types |= 1u << (int)e.Type;
        if (e.Detail >= 0)
        {
            _events[Count].Detail = CopyDetail(batch, e.Detail);
        }

        Count++;
    }

    private int CopyDetail(EventBatch batch, int index)
    {
        var detail = batch.Detail(index);
        var order = batch.Text(detail.OrderOffset, detail.OrderLength);
        if (_textLength + order.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_textLength + order.Length, _text.Length * 2));
        }

        order.CopyTo(_text.AsSpan(_textLength));
        detail.OrderOffset = _textLength;
        _textLength += order.Length;
        if (_detailCount == _details.Length)
        {
            Array.Resize(ref _details, _detailCount * 2);
        }

        _details[_detailCount] = detail;
        return _detailCount++;
    }
}
