using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Reads an object by guessing that it is laid out as an earlier one of its type, and checking every byte of the guess: names are compared
/// where they must lie, 16 bytes at a time, instead of being looked for. Where the guess is wrong, or an object has anything unusual, it says
/// nothing and the <see cref="StrictReader"/> decides; what it accepts, the strict reader accepts as the same event. Owned by an
/// <see cref="EventDecoder"/>.
/// </summary>
internal sealed class GuessReader(Pseudonym pseudonym)
{
    /// <summary>Nothing is said about the object.</summary>
    public const int Unsure = -1;

    private readonly QuoteIndex _index = new();
    private readonly KnownShapes _shapes = new();

    // By field: where a text begins and its length above that, or a number. What a shape does not set stays absent.
    private FieldValues _values;
    private int _quoteBehind;

    /// <summary>Another text follows.</summary>
    public void BeginText() => _index.Clear();

    /// <summary>
    /// Reads the object that begins at <paramref name="at"/>. Returns the index behind it, or <see cref="Unsure"/>; then the event is
    /// meaningless.
    /// </summary>
    public int Read(ReadOnlySpan<byte> json, int at, TopicTypes types, out ParsedEvent parsed)
    {
        Unsafe.SkipInit(out parsed);
        if (at >= json.Length)
        {
            return Unsure;
        }

        var quote = _index.Cover(json, at);
        var stretch = _index.Of(json);
        var start = at - _index.From;
        var shape = _shapes.Latest(TypeOf(stretch, quote, _shapes.TypeQuote, types));
        var end = shape is not null && shape.TypeQuote == _shapes.TypeQuote ? Follow(shape, stretch, start, quote) : Unsure;
        if (end == Unsure && !TryFollowOther(stretch, start, quote, types, out shape, out end))
        {
            return Unsure;
        }

        if (!types.Allows(shape!.Type) || (_index.NeedsCare(start, end) && !IsWellFormed(stretch, start, end, shape)))
        {
            return Unsure;
        }

        _index.Advance(_quoteBehind);
        Fill(stretch, shape.Type, ref parsed);
        return _index.From + end;
    }

    /// <summary>The strict reader accepted an object that nothing was said about.</summary>
    public void Learn(ReadOnlySpan<byte> text, EventType type) => _shapes.Learn(text, type);

    /// <summary>The type named between two quotes, or implied; <see cref="EventTypes.Count"/> when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TypeOf(ReadOnlySpan<byte> stretch, int quote, int typeQuote, TopicTypes types)
    {
        if (typeQuote == Shape.TypeImplied)
        {
            return types.TryImply(out var implied) ? (int)implied : EventTypes.Count;
        }

        if (quote + typeQuote + 1 >= _index.Quotes)
        {
            return EventTypes.Count;
        }

        var at = _index.Quote(quote + typeQuote) + 1;
        var length = _index.Quote(quote + typeQuote + 1) - at;
        return length <= ShortNames.MaxLength && at + ShortNames.Ahead <= stretch.Length
            ? TypeNames.Names.Find(ref MemoryMarshal.GetReference(stretch), at, length)
            : TypeNames.Names.Find(stretch.Slice(at, length));
    }

    /// <summary>Tries all shapes of the type, which may stand at another place than last time.</summary>
    private bool TryFollowOther(
        ReadOnlySpan<byte> stretch, int start, int quote, TopicTypes types, [NotNullWhen(true)] out Shape? fitting, out int end)
    {
        foreach (var typeQuote in _shapes.TypeQuotes)
        {
            var type = TypeOf(stretch, quote, typeQuote, types);
            if (type == EventTypes.Count)
            {
                continue;
            }

            foreach (var shape in _shapes.Of(type))
            {
                end = shape.TypeQuote == typeQuote ? Follow(shape, stretch, start, quote) : Unsure;
                if (end != Unsure)
                {
                    _shapes.Prefer(shape);
                    fitting = shape;
                    return true;
                }
            }
        }

        fitting = null;
        end = Unsure;
        return false;
    }

    /// <summary>Reads the values of an object that is laid out so; returns the index behind it, or <see cref="Unsure"/>.</summary>
    private int Follow(Shape shape, ReadOnlySpan<byte> stretch, int start, int quote)
    {
        // Once a lead is as it should be, so are the numbers of the quotes in it and behind it, and none lies inside a text.
        ref var text = ref MemoryMarshal.GetReference(stretch);
        ref var step = ref shape.First;
        if (start + Step.MaxLead > stretch.Length || quote + shape.Quotes > _index.Quotes || !IsLead(ref text, start, step))
        {
            return Unsure;
        }

        _values = FieldValues.Absent;
        ref var values = ref Unsafe.As<FieldValues, long>(ref _values);
        ref var quotes = ref _index.QuotesFrom(quote);
        var at = start + step.LeadLength;
        while (true)
        {
            if (step.Kind == StepKind.Text)
            {
                var end = (int)Unsafe.Add(ref quotes, (nint)step.Quote);
                var length = end - at;
                if ((ulong)(length - step.Least) > step.Spread)
                {
                    return Unsure;
                }

                Unsafe.Add(ref values, (nint)step.Field) = (uint)at | ((long)length << 32);
                at = end;
            }
            else if (step.Kind == StepKind.Integer)
            {
                var end = step.Gap > 0 ? Unsafe.Add(ref quotes, (nint)step.Quote) - step.Gap : Digits.End(ref text, at, stretch.Length);
                if (!Digits.TryRead(ref text, at, end, out var value) || (ulong)(value - step.Least) > step.Spread)
                {
                    return Unsure;
                }

                Unsafe.Add(ref values, (nint)step.Field) = value;
                at = end;
            }
            else if (step.Kind == StepKind.End)
            {
                _quoteBehind = quote + shape.Quotes;
                return at;
            }
            else
            {
                at = Other(stretch, at, step, quote, ref Unsafe.Add(ref values, (nint)step.Field), out var quotesInside);
                quote += quotesInside;
                quotes = ref _index.QuotesFrom(quote);
                if (at == Unsure || quote + shape.Quotes > _index.Quotes)
                {
                    return Unsure;
                }
            }

            step = ref Unsafe.Add(ref step, 1);
            at += step.LeadLength;
            if ((uint)(at - Step.MaxLead) > (uint)(stretch.Length - Step.MaxLead) || !IsLead(ref text, at - Step.MaxLead, step))
            {
                return Unsure;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLead(ref byte text, int at, in Step step) =>
        ((Vector128.LoadUnsafe(ref text, (nuint)(uint)at) ^ step.Lead) & step.LeadMask) == Vector128<byte>.Zero;

    /// <summary>Reads what is neither text nor integer: a flag, null, any value of no field, or nothing where only the lead goes on.</summary>
    private int Other(ReadOnlySpan<byte> stretch, int at, in Step step, int quote, ref long value, out int quotesInside)
    {
        var rest = stretch[at..];
        quotesInside = 0;
        switch (step.Kind)
        {
            case StepKind.Lead:
                return at;
            case StepKind.Null:
                return rest.StartsWith("null"u8) ? at + 4 : Unsure;
            case StepKind.Truth:
                value = (long)(rest.StartsWith("true"u8) ? Flag.True : Flag.False);
                return value == (long)Flag.True ? at + 4 : rest.StartsWith("false"u8) ? at + 5 : Unsure;
            default:
                var end = JsonScan.Value(stretch, at, depth: 1);
                while (_index.Quote(quote + step.Quote + quotesInside) < end)
                {
                    quotesInside++;
                }

                return end == JsonScan.Broken ? Unsure : end;
        }
    }

    /// <summary>Of an object that has bytes that need care: whether none is a backslash or a control character, and its texts are UTF-8.</summary>
    private bool IsWellFormed(ReadOnlySpan<byte> stretch, int start, int end, Shape shape)
    {
        if (stretch[start..end].IndexOfAny(ShapeLearner.Unusual) >= 0)
        {
            return false;
        }

        for (var texts = shape.Texts; texts != 0; texts &= texts - 1)
        {
            if (!Utf8.IsValid(Text(stretch, (Field)BitOperations.TrailingZeroCount(texts))))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill(ReadOnlySpan<byte> stretch, EventType type, ref ParsedEvent parsed)
    {
        var user = Text(stretch, Field.User);
        parsed.Type = type;
        parsed.TimeMs = _values[(int)Field.Time];
        parsed.Viewer = user.IsEmpty ? 0 : pseudonym.Of(user);
        parsed.Room = Text(stretch, Field.Room);
        parsed.Session = Text(stretch, Field.Session);
        parsed.Id = Text(stretch, Field.Id);
        parsed.Product = Text(stretch, Field.Product);
        parsed.Order = Text(stretch, Field.Order);
        parsed.Channel = Text(stretch, Field.Channel);
        parsed.Name = Text(stretch, Field.Name);
        parsed.Label = Text(stretch, Field.Label);
        parsed.Text = Text(stretch, Field.Text);
        parsed.AmountMinor = _values[(int)Field.Amount];
        parsed.StockUnits = _values[(int)Field.Stock];
        parsed.Quantity = (int)_values[(int)Field.Quantity];
        parsed.Count = (int)_values[(int)Field.Count];
        parsed.NewViewer = (Flag)_values[(int)Field.NewViewer];
        parsed.NewBuyer = (Flag)_values[(int)Field.NewBuyer];
        parsed.Fan = (Flag)_values[(int)Field.Fan];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> stretch, Field field)
    {
        var value = _values[(int)field];
        return RawBytes.Span(stretch, (int)value, (int)(value >> 32));
    }
}
