using System.Buffers;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Reads the events of one record: an object, an array of objects, or objects on lines of their own. A bad event is
/// rejected alone and its neighbours are kept: on lines up to the next line break; in an array up to the comma or bracket
/// that ends the element. Where no such end can be found, or the array itself is broken, the rest is one rejected event.
/// An empty value or array, and a value over <see cref="MaxRecordBytes"/>, is one rejected event.
/// Used on the stack by <see cref="Kafka.RecordHandler"/>; each event is valid until the next is read.
/// </summary>
public ref struct RecordReader
{
    /// <summary>Largest record, bytes.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],"u8);

    private readonly EventDecoder _decoder;
    private readonly TopicTypes _types;
    private readonly ReadOnlySpan<byte> _value;
    private Layout _layout;
    private int _at;

    /// <summary>A reader at the first event of <paramref name="value"/>.</summary>
    public RecordReader(EventDecoder decoder, TopicTypes types, ReadOnlySpan<byte> value)
    {
        _decoder = decoder;
        _types = types;
        _value = value;
        _layout = Layout.Unknown;
        decoder.BeginText();
    }

    private enum Layout : byte
    {
        Unknown,
        Lines,
        ArrayBeforeFirst,
        Array,
        End,
    }

    /// <summary>The bytes of the event read last, as far as it could be delimited; for the dead-letter topic.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    /// <summary>Reads the next event; false behind the last.</summary>
    /// <param name="parsed">The event; meaningless unless <paramref name="reason"/> is <see cref="RejectReason.None"/>.</param>
    /// <param name="reason">Why the event is rejected, or none.</param>
    public bool Read(out ParsedEvent parsed, out RejectReason reason)
    {
        if (_layout == Layout.Unknown)
        {
            _at = JsonScan.SkipSpace(_value, 0);
            if (_value.Length > MaxRecordBytes)
            {
                return Rest(0, RejectReason.Size, out parsed, out reason);
            }

            if (_at == _value.Length)
            {
                return Rest(0, RejectReason.Json, out parsed, out reason);
            }

            _layout = _value[_at] == '[' ? Layout.ArrayBeforeFirst : Layout.Lines;
        }

        switch (_layout)
        {
            case Layout.Lines:
                return ReadLine(out parsed, out reason);
            case Layout.ArrayBeforeFirst:
                _layout = Layout.Array;
                var first = JsonScan.SkipSpace(_value, _at + 1);
                return ReadElement(first, out parsed, out reason);
            case Layout.Array:
                return ReadBehindElement(out parsed, out reason);
            default:
                parsed = default;
                reason = RejectReason.None;
                return false;
        }
    }

    private bool ReadLine(out ParsedEvent parsed, out RejectReason reason)
    {
        var start = JsonScan.SkipSpace(_value, _at);
        if (start == _value.Length)
        {
            _layout = Layout.End;
            parsed = default;
            reason = RejectReason.None;
            return false;
        }

        var end = _decoder.DecodeObject(_value, start, _types, out parsed, out reason);
        var behind = end < 0 ? start : end + _value[end..].IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r');
        if (end >= 0 && (behind < end || _value[behind] == '\n'))
        {
            Raw = _value[start..end];
            _at = end;
            return true;
        }

        var lineBreak = _value[behind..].IndexOf((byte)'\n');
        _at = lineBreak < 0 ? _value.Length : behind + lineBreak;
        Raw = _value[start.._at];
        reason = RejectReason.Json;
        return true;
    }

    private bool ReadBehindElement(out ParsedEvent parsed, out RejectReason reason)
    {
        var at = JsonScan.SkipSpace(_value, _at);
        if (at == _value.Length)
        {
            return Rest(at, RejectReason.Json, out parsed, out reason);
        }

        if (_value[at] == ']')
        {
            at = JsonScan.SkipSpace(_value, at + 1);
            if (at < _value.Length)
            {
                return Rest(at, RejectReason.Json, out parsed, out reason);
            }

            _layout = Layout.End;
            parsed = default;
            reason = RejectReason.None;
            return false;
        }

        return _value[at] == ','
            ? ReadElement(JsonScan.SkipSpace(_value, at + 1), out parsed, out reason)
            : Rest(at, RejectReason.Json, out parsed, out reason);
    }

    private bool ReadElement(int at, out ParsedEvent parsed, out RejectReason reason)
    {
        var end = _decoder.DecodeObject(_value, at, _types, out parsed, out reason);
        if (end < 0)
        {
            end = ElementEnd(_value, at);
            if (end <= at)
            {
                return Rest(at, RejectReason.Json, out parsed, out reason);
            }
        }

        Raw = _value[at..end];
        _at = end;
        return true;
    }

    private bool Rest(int at, RejectReason why, out ParsedEvent parsed, out RejectReason reason)
    {
        _layout = Layout.End;
        Raw = _value[at..];
        parsed = default;
        reason = why;
        return true;
    }

    /// <summary>
    /// Index of the comma or bracket behind a broken element, found by strings and brackets alone; or
    /// <see cref="JsonScan.Broken"/>.
    /// </summary>
    private static int ElementEnd(ReadOnlySpan<byte> json, int at)
    {
        var depth = 0;
        while (true)
        {
            var step = json[at..].IndexOfAny(Structure);
            if (step < 0)
            {
                return JsonScan.Broken;
            }

            at += step;
            switch (json[at])
            {
                case (byte)'"':
                    at = QuoteEnd(json, at + 1);
                    if (at < 0)
                    {
                        return JsonScan.Broken;
                    }

                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)',':
                    if (depth == 0)
                    {
                        return at;
                    }

                    break;
                default:
                    if (depth == 0)
                    {
                        return json[at] == ']' ? at : JsonScan.Broken;
                    }

                    depth--;
                    break;
            }

            at++;
        }
    }

    private static int QuoteEnd(ReadOnlySpan<byte> json, int at)
    {
        while (true)
        {
            var step = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0)
            {
                return JsonScan.Broken;
            }

            at += step;
            if (json[at] == '"')
            {
                return at;
            }

            at += 2;
            if (at >= json.Length)
            {
                return JsonScan.Broken;
            }
        }
    }
}
