using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;

namespace LiveStream.Pipeline.Batches;

/// <summary>
/// Events of one partition group on their way to one lane, with details, text, and the names that the lane has not been told of before. Filled by
/// an intake, read by a lane, then reused. A batch is full at its capacity of events; its other arrays grow with what the events carry.
/// </summary>
public sealed class EventBatch
{
    private readonly RoomEvent[] _events;
    private readonly int[] _rooms;
    private EventDetail[] _details = new EventDetail[64];
    private byte[] _text = new byte[4096];
    private NewName[] _names = new NewName[64];
    private NameNumbers _numbers = new();
    private int _lane;
    private int _nameCount;
    private int _detailCount;
    private int _textLength;

    /// <summary>Creates an empty batch.</summary>
    public EventBatch(int capacity)
    {
        _events = new RoomEvent[capacity];
        _rooms = new int[capacity];
    }

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no further event fits.</summary>
    public bool IsFull => Count == _events.Length;

    /// <summary>Generation of the intake's numbers that its events use.</summary>
    public int Generation { get; private set; }

    /// <summary>The events; names are the intake's numbers.</summary>
    public ReadOnlySpan<RoomEvent> Events => _events.AsSpan(0, Count);

    /// <summary>The room of each event, as the intake's number.</summary>
    public ReadOnlySpan<int> Rooms => _rooms.AsSpan(0, Count);

    /// <summary>Names that the lane is told of.</summary>
    public ReadOnlySpan<NewName> Names => _names.AsSpan(0, _nameCount);

    /// <summary>A detail by its index.</summary>
    public ref readonly EventDetail Detail(int index) => ref _details[index];

    /// <summary>Bytes of a stretch of text.</summary>
    public ReadOnlySpan<byte> Text(int offset, int length) => _text.AsSpan(offset, length);

    /// <summary>Makes an empty batch one of an intake for a lane.</summary>
    public void Begin(NameNumbers numbers, int lane)
    {
        _numbers = numbers;
        _lane = lane;
        Generation = numbers.Generation;
    }

    /// <summary>Appends an accepted event.</summary>
    /// <param name="parsed">The decoded event.</param>
    /// <param name="room">Number of its room, already known from routing.</param>
    /// <param name="timeMs">Its time after moving.</param>
    /// <param name="moved">Whether it was moved.</param>
    public void Append(scoped in ParsedEvent parsed, int room, long timeMs, bool moved)
    {
        Tell(room);
        _rooms[Count] = room;
        ref var e = ref _events[Count++];
        e = default;
        e.TimeMs = timeMs;
        e.Viewer = EventTypes.IsViewer(parsed.Type) ? parsed.Viewer : 0;
        e.Session = NumberOf(parsed.Session);
        e.Product = NumberOf(parsed.Product);
        e.Name = NumberOf(NameOf(parsed));
        e.Count = EventTypes.HasCount(parsed.Type) ? parsed.Count : parsed.Quantity;
        e.Type = parsed.Type;
        e.NewViewer = parsed.NewViewer;
        e.NewBuyer = parsed.NewBuyer;
        e.Moved = moved;
        e.Detail = moved || EventTypes.IsTrade(parsed.Type) || parsed.Type == EventType.Stock ? AddDetail(parsed) : -1;
    }

    /// <summary>Empties the batch for reuse.</summary>
    public void Clear()
    {
        Count = 0;
        _nameCount = 0;
        _detailCount = 0;
        _textLength = 0;
    }

    private static ReadOnlySpan<byte> NameOf(scoped in ParsedEvent parsed) => parsed.Type switch
    {
        EventType.Enter => parsed.Channel,
        EventType.Start or EventType.List or EventType.ExplainStart => parsed.Name,
        _ => default,
    };

    private static ulong HashOrZero(ReadOnlySpan<byte> text) => text.IsEmpty ? 0 : Math.Max(1, NameHash.Compute(text));

    private int NumberOf(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return NameTable.None;
        }

        var number = _numbers.Of(text, NameHash.Compute(text));
        Tell(number);
        return number;
    }

    private void Tell(int number)
    {
        if (!_numbers.IsNewTo(_lane, number))
        {
            return;
        }

        if (_nameCount == _names.Length)
        {
            Array.Resize(ref _names, _nameCount * 2);
        }

        var text = _numbers.TextOf(number);
        _names[_nameCount++] = new NewName(number, _numbers.HashOf(number), AddText(text), text.Length);
    }

    private int AddDetail(scoped in ParsedEvent parsed)
    {
        if (_detailCount == _details.Length)
        {
            Array.Resize(ref _details, _detailCount * 2);
        }

        _details[_detailCount] = new EventDetail
        {
            OriginalTimeMs = parsed.TimeMs,
            Value = parsed.Type == EventType.Stock ? parsed.StockUnits : parsed.AmountMinor,
            Id = HashOrZero(parsed.Id),
            Order = HashOrZero(parsed.Order),
            OrderOffset = AddText(parsed.Order),
            OrderLength = parsed.Order.Length,
        };
        return _detailCount++;
    }

    private int AddText(ReadOnlySpan<byte> text)
    {
        if (_textLength + text.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_textLength + text.Length, _text.Length * 2));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _textLength += text.Length;
        return _textLength - text.Length;
    }
}

/// <summary>A name that a lane is told of with a batch.</summary>
/// <param name="Number">The intake's number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Offset">Where its bytes begin in the batch's text.</param>
/// <param name="Length">How many there are.</param>
public readonly record struct NewName(int Number, ulong Hash, int Offset, int Length);
