using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Workload;

/// <summary>
/// Decoded events in memory: fixed fields in one array, their strings behind one another in another. Reading one gives the
/// <see cref="ParsedEvent"/> that the decoder gave, so that an intake can be fed without decoding.
/// </summary>
public sealed class DecodedLog(int events)
{
    private readonly Entry[] _entries = new Entry[events];
    private byte[] _text = new byte[64 + (events * 32)];
    private int _textLength;

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>Appends a copy.</summary>
    public void Add(scoped in ParsedEvent parsed)
    {
        _entries[Count++] = new Entry
        {
            TimeMs = parsed.TimeMs,
            Viewer = parsed.Viewer,
            AmountMinor = parsed.AmountMinor,
            TextOffset = _textLength,
            Quantity = parsed.Quantity,
            Count = (ushort)parsed.Count,
            Type = parsed.Type,
            NewViewer = parsed.NewViewer,
            NewBuyer = parsed.NewBuyer,
            RoomLength = Append(parsed.Room),
            IdLength = Append(parsed.Id),
            ProductLength = Append(parsed.Product),
            OrderLength = Append(parsed.Order),
            ChannelLength = Append(parsed.Channel),
        };
    }

    /// <summary>Fills an event; its strings are views into the log.</summary>
    public void Read(int index, out ParsedEvent parsed)
    {
        ref readonly var e = ref _entries[index];
        parsed = default;
        parsed.TimeMs = e.TimeMs;
        parsed.Viewer = e.Viewer;
        parsed.AmountMinor = e.AmountMinor;
        parsed.Quantity = e.Quantity;
        parsed.Count = e.Count;
        parsed.Type = e.Type;
        parsed.NewViewer = e.NewViewer;
        parsed.NewBuyer = e.NewBuyer;
        var at = e.TextOffset;
        parsed.Room = Text(ref at, e.RoomLength);
        parsed.Id = Text(ref at, e.IdLength);
        parsed.Product = Text(ref at, e.ProductLength);
        parsed.Order = Text(ref at, e.OrderLength);
        parsed.Channel = Text(ref at, e.ChannelLength);
    }

    private ReadOnlySpan<byte> Text(scoped ref int at, int length)
    {
        at += length;
        return _text.AsSpan(at - length, length);
    }

    private byte Append(ReadOnlySpan<byte> text)
    {
        if (_textLength + text.Length > _text.Length)
        {
            Array.Resize(ref _text, (int)Math.Min(Array.MaxLength, _text.Length * 2L));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _textLength += text.Length;
        return checked((byte)text.Length);
    }

    private struct Entry
    {
        public long TimeMs;
        public ulong Viewer;
        public long AmountMinor;
        public int TextOffset;
        public int Quantity;
        public ushort Count;
        public EventType Type;
        public Flag NewViewer;
        public Flag NewBuyer;
        public byte RoomLength;
        public byte IdLength;
        public byte ProductLength;
        public byte OrderLength;
        public byte ChannelLength;
    }
}
