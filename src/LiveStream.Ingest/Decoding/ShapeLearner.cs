using System.Buffers;
using System.Runtime.Intrinsics;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Derives a shape from an object that the <see cref="StrictReader"/> has accepted. Some have none: those with escapes, a field given twice,
/// fractions or nesting in fields (which are not accepted anyway), too many members. Used on the stack by <see cref="KnownShapes"/>.
/// </summary>
internal ref struct ShapeLearner
{
    public static readonly SearchValues<byte> Unusual =
        SearchValues.Create([(byte)'\\', .. Enumerable.Range(0, ' ').Select(control => (byte)control)]);

    private readonly ReadOnlySpan<byte> _text;
    private readonly Shape _shape;
    private int _steps;
    private int _leadAt;
    private int _at;
    private int _quotes;
    private uint _seen;

    private ShapeLearner(ReadOnlySpan<byte> text, Shape shape)
    {
        _text = text;
        _shape = shape;
    }

    /// <summary>Overwrites <paramref name="shape"/> with that of the object; false when it has none, and then the shape is of no use.</summary>
    /// <param name="text">The object, from brace to brace.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Where the steps go.</param>
    public static bool TryLearn(ReadOnlySpan<byte> text, EventType type, Shape shape)
    {
        if (text.Length > QuoteIndex.MaxLength || text.IndexOfAny(Unusual) >= 0)
        {
            return false;
        }

        shape.Type = type;
        shape.TypeQuote = Shape.TypeImplied;
        shape.Texts = 0;
        return new ShapeLearner(text, shape).Learn();
    }

    private bool Learn()
    {
        _at = JsonScan.SkipSpace(_text, 1);
        while (_text[_at] != '}')
        {
            if (!Member())
            {
                return false;
            }

            // Behind a value: a comma and the next name, or the end.
            var behind = JsonScan.SkipSpace(_text, _at);
            _at = _text[behind] == ',' ? JsonScan.SkipSpace(_text, behind + 1) : behind;
        }

        _shape.Quotes = _quotes;
        return TryAdd(_text.Length, new Step { Kind = StepKind.End });
    }

    /// <summary>From the quote that opens a name to behind the value (to the closing quote of a text, which the next lead begins with).</summary>
    private bool Member()
    {
        var nameEnd = JsonScan.StringEnd(_text, _at + 1, out _, out _);
        var field = Fields.Find(_text[(_at + 1)..nameEnd]);
        var bit = 1u << (int)field;
        if (field != Field.Unknown && (_seen & bit) != 0)
        {
            return false;
        }

        _seen |= bit;
        _quotes += 2;
        var value = JsonScan.Colon(_text, nameEnd + 1);
        var end = JsonScan.Value(_text, value, depth: 1);
        if (!Fits(field, _text[value]))
        {
            return false;
        }

        return _text[value] == '"' ? Text(field, value + 1, end - 1) : Scalar(field, value, end);
    }

    /// <summary>What does not fit was accepted because the field is given again.</summary>
    private static bool Fits(Field field, byte token) => token switch
    {
        _ when field == Field.Unknown => true,
        (byte)'n' => true,
        (byte)'"' => field < Fields.FirstInteger,
        (byte)'t' or (byte)'f' => field >= Fields.FirstFlag,
        _ => field >= Fields.FirstInteger && field < Fields.FirstFlag,
    };

    private bool Text(Field field, int at, int end)
    {
        if (field == Field.Type)
        {
            _shape.TypeQuote = _quotes;
        }

        var step = new Step { Kind = StepKind.Text, Field = field, Quote = (ushort)(_quotes + 1), Spread = int.MaxValue };
        if (field != Field.Unknown)
        {
            // Whether a field is there is part of the shape: an empty text stays empty, any other stays something.
            var empty = at == end;
            step.Least = empty ? 0 : 1;
            step.Spread = empty ? 0 : (ulong)Fields.MaxLength(field) - 1;
            _shape.Texts |= empty ? 0 : 1u << (int)field;
        }

        _quotes += 2;
        if (!TryAdd(at, step))
        {
            return false;
        }

        _leadAt = end;
        _at = end + 1;
        return true;
    }

    private bool Scalar(Field field, int at, int end)
    {
        var step = new Step { Field = field, Quote = (ushort)_quotes };
        var behind = JsonScan.SkipSpace(_text, end);
        if (field == Field.Unknown)
        {
            step.Kind = StepKind.Any;
        }
        else if (_text[at] is (byte)'n')
        {
            step.Kind = StepKind.Null;
        }
        else if (field >= Fields.FirstFlag)
        {
            step.Kind = StepKind.Truth;
        }
        else
        {
            var gap = _text[behind] == ',' ? JsonScan.SkipSpace(_text, behind + 1) - end : 0;
            if (gap > byte.MaxValue)
            {
                return false;
            }

            step.Kind = StepKind.Integer;
            step.Gap = (byte)gap;
            (step.Least, step.Spread) = Fields.Range(field);
        }

        if (!TryAdd(at, step))
        {
            return false;
        }

        _leadAt = _at = end;
        return true;
    }

    /// <summary>Appends a step whose lead ends at <paramref name="leadEnd"/>, and steps without a value before it where the lead is long.</summary>
    private bool TryAdd(int leadEnd, Step step)
    {
        while (leadEnd - _leadAt > Step.MaxLead)
        {
            if (!TryAdd(_leadAt + Step.MaxLead, new Step { Kind = StepKind.Lead }))
            {
                return false;
            }

            _leadAt += Step.MaxLead;
        }

        if (_steps == Shape.MaxSteps)
        {
            return false;
        }

        var lead = _text[_leadAt..leadEnd];
        Span<byte> bytes = stackalloc byte[Step.MaxLead];
        Span<byte> mask = stackalloc byte[Step.MaxLead];
        bytes.Clear();
        mask.Clear();
        var at = _steps == 0 ? 0 : Step.MaxLead - lead.Length;
        lead.CopyTo(bytes[at..]);
        mask.Slice(at, lead.Length).Fill(byte.MaxValue);
        step.Lead = Vector128.Create<byte>(bytes);
        step.LeadMask = Vector128.Create<byte>(mask);
        step.LeadLength = lead.Length;
        _shape.Set(_steps++, step);
        return true;
    }
}
