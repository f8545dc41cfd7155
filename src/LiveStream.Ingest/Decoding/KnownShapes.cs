using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// The shapes that a <see cref="GuessReader"/> guesses among: up to <see cref="MostOfType"/> of each type. A type that has all of them gets a
/// new one in place of its oldest at every <see cref="MissesPerShape"/>th miss only, so that events without any order cost little more than
/// the strict reading of them.
/// </summary>
internal sealed class KnownShapes
{
    /// <summary>Most shapes of a type.</summary>
    public const int MostOfType = 6;

    /// <summary>Misses until a shape is given up for another.</summary>
    public const int MissesPerShape = 16;

    /// <summary>Most different places of the type.</summary>
    private const int MostPlaces = 8;

    private readonly List<Shape>[] _shapes = new List<Shape>[EventTypes.Count];
    private readonly int[] _misses = new int[EventTypes.Count];
    private readonly List<int> _typeQuotes = new(MostPlaces);

    // One more for what is no type.
    private readonly Shape?[] _latest = new Shape?[EventTypes.Count + 1];
    private Shape _spare = new();

    public KnownShapes()
    {
        for (var type = 0; type < _shapes.Length; type++)
        {
            _shapes[type] = new List<Shape>(MostOfType);
        }
    }

    /// <summary>The <see cref="Shape.TypeQuote"/> that fitted last.</summary>
    public int TypeQuote { get; private set; } = Shape.TypeImplied;

    /// <summary>All that ever fitted.</summary>
    public List<int> TypeQuotes => _typeQuotes;

    /// <summary>The shape that fitted last of a type (<see cref="EventTypes.Count"/> for what is none), or null.</summary>
    public Shape? Latest(int type) => RawBytes.Of(_latest, type);

    /// <summary>All shapes of a type.</summary>
    public List<Shape> Of(int type) => _shapes[type];

    /// <summary>The shape fitted.</summary>
    public void Prefer(Shape shape)
    {
        _latest[(int)shape.Type] = shape;
        TypeQuote = shape.TypeQuote;
    }

    /// <summary>An object of the type was accepted and no shape had fitted it.</summary>
    public void Learn(ReadOnlySpan<byte> text, EventType type)
    {
        var shapes = _shapes[(int)type];
        if (shapes.Count == MostOfType && ++_misses[(int)type] % MissesPerShape != 0)
        {
            return;
        }

        if (!ShapeLearner.TryLearn(text, type, _spare) || !TryKnowPlace(_spare.TypeQuote))
        {
            return;
        }

        var learnt = _spare;
        if (shapes.Count == MostOfType)
        {
            _spare = shapes[0];
            shapes.RemoveAt(0);
        }
        else
        {
            _spare = new Shape();
        }

        shapes.Add(learnt);
        Prefer(learnt);
    }

    private bool TryKnowPlace(int typeQuote)
    {
        var known = _typeQuotes.Contains(typeQuote);
        if (!known && _typeQuotes.Count < MostPlaces)
        {
            _typeQuotes.Add(typeQuote);
            known = true;
        }

        return known;
    }
}
