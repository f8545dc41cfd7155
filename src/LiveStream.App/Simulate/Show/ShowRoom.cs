using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>One room of a show: what is in force there and who is in it. Changed by the story and the visits alone.</summary>
internal sealed class ShowRoom(int index, long startMs, long? endMs, double arrivalsPerMs, ShowShelf shelf)
{
    /// <summary>No product is explained.</summary>
    public const int Nothing = -1;

    private readonly Turn?[] _turns = new Turn?[EventTypes.Count];

    public int Index { get; } = index;

    public long StartMs { get; } = startMs;

    /// <summary>When it closes, or null.</summary>
    public long? EndMs { get; } = endMs;

    public ShowShelf Shelf { get; } = shelf;

    /// <summary>Slots of those who are there.</summary>
    public List<int> Visitors { get; } = [];

    public bool Closed { get; set; }

    /// <summary>The explained product.</summary>
    public int Explained { get; set; } = Nothing;

    /// <summary>Turn of the valid entry of the explanation cycle.</summary>
    public int ExplainTurn { get; set; }

    /// <summary>When the running explanation ends.</summary>
    public long ExplainEndMs { get; set; }

    /// <summary>When the best product has to be explained, or null.</summary>
    public long? ExplainAtMs { get; set; }

    /// <summary>Turn of the valid entry of arrivals.</summary>
    public int ArriveTurn { get; set; }

    /// <summary>What marker and script do together.</summary>
    public Factors Factors { get; private set; } = Factors.Unchanged;

    public bool IsInForce(Turn turn) => _turns[(int)turn.Kind] == turn;

    public void Take(Turn turn)
    {
        _turns[(int)turn.Kind] = turn;
        Factors = Factors.Unchanged;
        foreach (var inForce in _turns)
        {
            Factors = inForce is null ? Factors : Factors * inForce.Factors;
        }
    }

    /// <summary>Arrivals per ms at a moment: a slow start, waves, a weak end.</summary>
    public double ArrivalsPerMs(long nowMs)
    {
        var minutes = (nowMs - StartMs) / 60_000.0;
        var shape = Math.Min(1, 0.5 + (minutes / 10)) * (1 + (0.25 * Math.Sin(minutes / 3.2)) + (0.1 * Math.Sin(minutes * 1.7)));
        if (EndMs is { } endMs && nowMs - StartMs > (endMs - StartMs) * 0.9)
        {
            shape *= 0.6;
        }

        return arrivalsPerMs * shape * Factors.Arrival;
    }
}
