using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;

namespace LiveStream.Pipeline.Batches;

/// <summary>
/// Events of one partition group on their way to one lane, with everything that they refer to: names once each, details, text. Filled by
/// an intake, read by a lane, then reused. A batch is full at its capacity of events; its other arrays grow with what the events carry.
/// </summary>
public sealed class EventBatch
{
    private readonly RoomEvent[] _events;
    private EventDetail[] _details = new EventDetail[64];
    private byte[] _text = new byte[4096];
    private NameEntry[] _names = new NameEntry[256];
    private int[] _slots = new int[1024];
    private int _nameCount;
    private int _detailCount;
    private int _textLength;

    /// <summary>Creates an empty batch.</summary>
    public EventBatch(int capacity) => _events = new RoomEvent[capacity];

    /// <summary>Partition group of all its events.</summary>
    public int Group { get; set; }

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no further event fits.</summary>
    public bool IsFull => Count == _events.Length;

    /// <summary>Largest original event time in it.</summary>
    public long LargestTimeMs { get; private set; } = long.MinValue;

    /// <summary>The events; names are indexes into this batch.</summary>
    public ReadOnlySpan<RoomEvent> Events => _events.AsSpan(0, Count);

    /// <summary>Number of distinct names.</summary>
    public int NameCount => _nameCount;

    /// <summary>A detail by its index.</summary>
    public ref readonly EventDetail Detail(int index) => ref _details[index];

    /// <summary>Bytes of a stretch of text.</summary>
    public ReadOnlySpan<byte> Text(int offset, int length) => _text.AsSpan(offset, length);

    /// <summary>Bytes of a name.</summary>
    public ReadOnlySpan<byte> NameText(int index) => _text.AsSpan(_names[index].Offset, _names[index].Length);

    /// <summary>Hash of a name.</summary>
    public ulong NameHashOf(int index) => _names[index].Hash;

    /// <summary>Appends an accepted event.</summary>
    /// <param name="parsed">The decoded event.</param>
    /// <param name="roomHash">Hash of its room, already known from routing.</param>
    /// <param name="timeMs">Its time after moving.</param>
    /// <param name="moved">Whether it was moved.</param>
    public void Append(scoped in ParsedEvent parsed, ulong roomHash, long timeMs, bool moved)
    {
        ref var e = ref _events[Count++];
        e.TimeMs = timeMs;
        e.Viewer = EventTypes.IsViewer(parsed.Type) ? parsed.Viewer : 0;
        e.Room = AddName(parsed.Room, roomHash);
        e.Session = AddName(parsed.Session);
        e.Product = AddName(parsed.Product);
        e.Name = AddName(NameOf(parsed));
        e.Count = parsed.Type is EventType.Like or EventType.Gift ? parsed.Count : parsed.Quantity;
        e.Type = parsed.Type;
        e.NewViewer = parsed.NewViewer;
        e.NewBuyer = parsed.NewBuyer;
        e.Moved = moved;
        e.Detail = moved || EventTypes.IsTrade(parsed.Type) || parsed.Type == EventType.Stock ? AddDetail(parsed) : -1;
        LargestTimeMs = Math.Max(LargestTimeMs, timeMs);
    }

    /// <summary>Empties the batch for reuse.</summary>
    public void Clear()
    {
        Count = 0;
        LargestTimeMs = long.MinValue;
        Array.Clear(_slots);
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

    private int AddName(ReadOnlySpan<byte> text) => text.IsEmpty ? NameTable.None : AddName(text, NameHash.Compute(text));

    private int AddName(ReadOnlySpan<byte> text, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var known = _slots[slot] - 1;
            if (_names[known].Hash == hash && NameText(known).SequenceEqual(text))
            {
                return known;
            }
        }

        if (_nameCount == _names.Length)
        {
            Array.Resize(ref _names, _nameCount * 2);
        }

        _names[_nameCount] = new NameEntry { Hash = hash, Offset = AddText(text), Length = text.Length };
        _slots[slot] = ++_nameCount;
        if (_nameCount * 2 > _slots.Length)
        {
            Rebuild();
        }

        return _nameCount - 1;
    }

    private void Rebuild()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var i = 0; i < _nameCount; i++)
        {
            var slot = (int)_names[i].Hash & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }

    private struct NameEntry
    {
        public ulong Hash;
        public int Offset;
        public int Length;
    }
}
