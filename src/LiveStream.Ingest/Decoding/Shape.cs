using System.Runtime.Intrinsics;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>What a step of a shape has behind its lead.</summary>
internal enum StepKind : byte
{
    /// <summary>A string without escapes; its closing quote belongs to the next lead.</summary>
    Text,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>The end of the object: the lead was its last part.</summary>
    End,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>Null.</summary>
    Null,

    /// <summary>Anything but a string, of a name that is no field.</summary>
    Any,

    /// <summary>Nothing: the lead goes on in the next step.</summary>
    Lead,
}

/// <summary>
/// A piece of a shape: a lead, which is the same in every object of the shape, and a value, which differs. Leads hold all that stands
/// between two values: the quote that ends one, comma, spaces, name, colon, the quote that begins the next.
/// </summary>
internal struct Step
{
    /// <summary>Longest lead, bytes; a longer one takes several steps.</summary>
    public const int MaxLead = 16;

    /// <summary>The lead, at the end of the 16 bytes; at their beginning in the first step of a shape.</summary>
    public Vector128<byte> Lead;

    /// <summary>Which of the 16 bytes are the lead.</summary>
    public Vector128<byte> LeadMask;

    /// <summary>Smallest value of an integer, least length of a text.</summary>
    public long Least;

    /// <summary>What may come on top.</summary>
    public ulong Spread;

    /// <summary>Length of the lead.</summary>
    public int LeadLength;

    /// <summary>Number, in the object, of the first quote behind the value's beginning.</summary>
    public ushort Quote;

    /// <summary>How far before that quote an integer ends; 0 when the object ends behind it.</summary>
    public byte Gap;

    /// <summary>What the value is.</summary>
    public StepKind Kind;

    /// <summary>The field that it belongs to, or <see cref="Field.Unknown"/>.</summary>
    public Field Field;
}

/// <summary>
/// How an accepted object was laid out: every byte of it that is not part of a value. Objects of one type from one producer have a handful
/// of shapes. Made by <see cref="ShapeLearner"/>, followed by <see cref="GuessReader"/>.
/// </summary>
internal sealed class Shape
{
    /// <summary>Most steps, the end included.</summary>
    public const int MaxSteps = 32;

    /// <summary>Stands for <see cref="TypeQuote"/> where no type is named, because the topic implies it.</summary>
    public const int TypeImplied = -1;

    private readonly Step[] _steps = new Step[MaxSteps];

    /// <summary>Type of the events.</summary>
    public EventType Type { get; set; }

    /// <summary>Number of the quote that opens the type's name, or <see cref="TypeImplied"/>.</summary>
    public int TypeQuote { get; set; }

    /// <summary>Number of quotes, those inside values of <see cref="StepKind.Any"/> not counted.</summary>
    public int Quotes { get; set; }

    /// <summary>Bits (by <see cref="Field"/>) of the texts that are not empty.</summary>
    public uint Texts { get; set; }

    /// <summary>The first step; the others follow it, up to the one of kind <see cref="StepKind.End"/>.</summary>
    public ref Step First => ref RawBytes.Of(_steps, 0);

    /// <summary>Sets a step.</summary>
    public void Set(int index, in Step step) => _steps[index] = step;
}
