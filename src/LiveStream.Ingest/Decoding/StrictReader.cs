using System.Text.Unicode;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Reads any JSON object, member by member, into a <see cref="ParsedEvent"/> or a reason to reject it, without allocating. Of a name given
/// twice only the last value is judged; a known field of the wrong type rejects the event whatever its type. When several
/// things are wrong, the first of Json, FieldType, Missing, Limit, Type is the reason. Owned by an <see cref="EventDecoder"/>: what its
/// word is for every object, <see cref="GuessReader"/> says of most of them sooner.
/// </summary>
internal sealed class StrictReader
{
    private const uint Type = 1u << (int)Field.Type;

    private readonly Pseudonym _pseudonym;
    private readonly UnescapedStrings _unescaped = new();
    private readonly byte[] _name = new byte[16];

    // Bits by Field, for the object being read.
    private uint _present;
    private uint _wrong;
    private uint _over;
    private EventType _type;
    private bool _typeKnown;

    public StrictReader(Pseudonym pseudonym) => _pseudonym = pseudonym;

    /// <summary>
    /// Reads the object that begins at <paramref name="at"/>. Returns the index behind it, or <see cref="JsonScan.Broken"/>
    /// when there is no well-formed object; then the reason is <see cref="RejectReason.Json"/>.
    /// </summary>
    public int Read(ReadOnlySpan<byte> json, int at, TopicTypes types, out ParsedEvent parsed, out RejectReason reason)
    {
        parsed = default;
        parsed.Quantity = 1;
        parsed.Count = 1;
        _present = 0;
        _wrong = 0;
        _over = 0;
        at = Members(json, at, ref parsed);
        reason = at < 0 ? RejectReason.Json : Judge(types, ref parsed);
        return at;
    }

    private int Members(ReadOnlySpan<byte> json, int at, ref ParsedEvent parsed)
    {
        if ((uint)at >= (uint)json.Length || json[at] != '{')
        {
            return JsonScan.Broken;
        }

        at = JsonScan.SkipSpace(json, at + 1);
        if ((uint)at < (uint)json.Length && json[at] == '}')
        {
            return at + 1;
        }

        while ((uint)at < (uint)json.Length && json[at] == '"')
        {
            var nameEnd = JsonScan.StringEnd(json, at + 1, out _, out var escaped);
            if (nameEnd < 0)
            {
                return JsonScan.Broken;
            }

            var name = json[(at + 1)..nameEnd];
            var field = escaped ? FindEscaped(name) : Fields.Find(name);
            at = JsonScan.Colon(json, nameEnd + 1);
            if (at < 0)
            {
                return JsonScan.Broken;
            }

            at = field == Field.Unknown ? JsonScan.Value(json, at, depth: 1) : Member(json, at, field, ref parsed);
            if (at < 0)
            {
                return JsonScan.Broken;
            }

            at = JsonScan.SkipSpace(json, at);
            if ((uint)at >= (uint)json.Length || json[at] != ',')
            {
                return (uint)at < (uint)json.Length && json[at] == '}' ? at + 1 : JsonScan.Broken;
            }

            at = JsonScan.SkipSpace(json, at + 1);
        }

        return JsonScan.Broken;
    }

    private Field FindEscaped(ReadOnlySpan<byte> name)
    {
        var length = JsonUnescape.Resolve(name, _name);
        return length < 0 || length > _name.Length ? Field.Unknown : Fields.Find(_name.AsSpan(0, length));
    }

    private int Member(ReadOnlySpan<byte> json, int at, Field field, ref ParsedEvent parsed)
    {
        var bit = 1u << (int)field;
        if (((_present | _wrong | _over) & bit) != 0)
        {
            _present &= ~bit;
            _wrong &= ~bit;
            _over &= ~bit;
            Clear(field, ref parsed);
        }

        var token = (uint)at < (uint)json.Length ? json[at] : (byte)0;
        if (field < Fields.FirstInteger)
        {
            if (token == '"')
            {
                return StringMember(json, at + 1, field, ref parsed);
            }
        }
        else if (field < Fields.FirstFlag)
        {
            if ((uint)(token - '0') <= 9 || token == '-')
            {
                return IntegerMember(json, at, field, ref parsed);
            }
        }
        else if (token is (byte)'t' or (byte)'f')
        {
            return FlagMember(json, at, field, ref parsed);
        }

        if (token != 'n')
        {
            _wrong |= bit;
        }

        return JsonScan.Value(json, at, depth: 1);
    }

    private int StringMember(ReadOnlySpan<byte> json, int at, Field field, ref ParsedEvent parsed)
    {
        var end = JsonScan.StringEnd(json, at, out var plain, out var escaped);
        if (end < 0)
        {
            return JsonScan.Broken;
        }

        var bit = 1u << (int)field;
        var text = json[at..end];
        if (!plain)
        {
            if (escaped)
            {
                var length = JsonUnescape.Resolve(text, _unescaped.Of(field));
                if (length < 0)
                {
                    _wrong |= bit;
                    return end + 1;
                }

                if (length > Fields.MaxLength(field))
                {
                    // Nothing reads a text that is over its limit; only that it is present counts.
                    TooLong(field);
                    return end + 1;
                }

                text = _unescaped.Of(field)[..length];
            }
            else if (!Utf8.IsValid(text))
            {
                _wrong |= bit;
                return end + 1;
            }
        }

        if (text.Length > Fields.MaxLength(field))
        {
            TooLong(field);
        }
        else if (text.Length > 0)
        {
            _present |= bit;
            Set(field, text, ref parsed);
        }

        return end + 1;
    }

    private void TooLong(Field field)
    {
        _present |= 1u << (int)field;
        if (field == Field.Type)
        {
            _typeKnown = false;
        }
        else
        {
            _over |= 1u << (int)field;
        }
    }

    private int IntegerMember(ReadOnlySpan<byte> json, int at, Field field, ref ParsedEvent parsed)
    {
        at = JsonScan.Number(json, at, out var value, out var integer);
        var bit = 1u << (int)field;
        if (!integer)
        {
            _wrong |= bit;
            return at;
        }

        _present |= bit;
        if (!Fields.InRange(field, value))
        {
            _over |= bit;
            return at;
        }

        switch (field)
        {
            case Field.Time:
                parsed.TimeMs = value;
                break;
            case Field.Amount:
                parsed.AmountMinor = value;
                break;
            case Field.Quantity:
                parsed.Quantity = (int)value;
                break;
            case Field.Count:
                parsed.Count = (int)value;
                break;
            default:
                parsed.StockUnits = value;
                break;
        }

        return at;
    }

    private int FlagMember(ReadOnlySpan<byte> json, int at, Field field, ref ParsedEvent parsed)
    {
        var isTrue = json[at] == 't';
        SetFlag(field, isTrue ? Flag.True : Flag.False, ref parsed);
        _present |= 1u << (int)field;
        return JsonScan.Literal(json, at, isTrue ? "true"u8 : "false"u8);
    }

    private static void SetFlag(Field field, Flag flag, ref ParsedEvent parsed)
    {
        switch (field)
        {
            case Field.NewViewer:
                parsed.NewViewer = flag;
                break;
            case Field.NewBuyer:
                parsed.NewBuyer = flag;
                break;
            default:
                parsed.Fan = flag;
                break;
        }
    }

    /// <summary>Sets a string field; an empty text makes it absent again.</summary>
    private void Set(Field field, ReadOnlySpan<byte> text, ref ParsedEvent parsed)
    {
        switch (field)
        {
            case Field.Type:
                _typeKnown = TypeNames.TryFind(text, out _type);
                break;
            case Field.Room:
                parsed.Room = text;
                break;
            case Field.User:
                parsed.Viewer = text.IsEmpty ? 0 : _pseudonym.Of(text);
                break;
            case Field.Session:
                parsed.Session = text;
                break;
            case Field.Id:
                parsed.Id = text;
                break;
            case Field.Product:
                parsed.Product = text;
                break;
            case Field.Order:
                parsed.Order = text;
                break;
            case Field.Text:
                parsed.Text = text;
                break;
            case Field.Channel:
                parsed.Channel = text;
                break;
            case Field.Name:
                parsed.Name = text;
                break;
            default:
                parsed.Label = text;
                break;
        }
    }

    /// <summary>Forgets an earlier value of a field that is given again.</summary>
    private void Clear(Field field, ref ParsedEvent parsed)
    {
        switch (field)
        {
            case Field.Time:
                parsed.TimeMs = 0;
                break;
            case Field.Amount:
                parsed.AmountMinor = 0;
                break;
            case Field.Quantity:
                parsed.Quantity = 1;
                break;
            case Field.Count:
                parsed.Count = 1;
                break;
            case Field.Stock:
                parsed.StockUnits = 0;
                break;
            case >= Fields.FirstFlag:
                SetFlag(field, Flag.Absent, ref parsed);
                break;
            default:
                Set(field, default, ref parsed);
                break;
        }
    }

    private RejectReason Judge(TopicTypes types, ref ParsedEvent parsed)
    {
        if (_wrong != 0)
        {
            return RejectReason.FieldType;
        }

        var named = (_present & Type) != 0;
        var known = named ? _typeKnown : types.TryImply(out _type);
        var needed = known ? Fields.Needed(_type) : named ? Fields.NeededByAll : Fields.NeededByAll | Type;
        if ((needed & ~_present) != 0)
        {
            return RejectReason.Missing;
        }

        if (_over != 0)
        {
            return RejectReason.Limit;
        }

        parsed.Type = _type;
        return known && types.Allows(_type) ? RejectReason.None : RejectReason.Type;
    }
}
