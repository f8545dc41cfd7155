namespace LiveStream.App.Simulate;

/// <summary>
/// A plausible evening, event by event: people arrive from channels at a rate that rises and falls, look around, react to explained
/// products, buy, leave and sometimes return; scripts and markers change what they do by known factors. The same options give the
/// same events whether time is paced or not. Not thread-safe. Memory follows the people in the rooms.
/// </summary>
public sealed class ShowGenerator : IEventSource
{
    /// <summary>How many times as often a product is clicked while it is explained.</summary>
    public const double ExplainFactor = 20;

    private const double ArrivalsPerSecond = 6;
    private const double EventsPerArrival = 27;

    private readonly ShowAgenda _agenda;
    private readonly ShowRoom[] _rooms;
    private readonly ShowSales _sales;
    private readonly ShowVisits _visits;
    private readonly ShowStory _story;
    private readonly long _limit;
    private int _opened;
    private long _made;

    /// <param name="options">Validated.</param>
    public ShowGenerator(SimulationOptions options)
    {
        _agenda = new ShowAgenda(options.Seed);
        _sales = new ShowSales(_agenda);
        _visits = new ShowVisits(_agenda, _sales);
        _story = new ShowStory(_agenda, _visits);
        _limit = options.Events ?? long.MaxValue;
        _rooms = new ShowRoom[options.Rooms];
        var shares = AliasTable.Zipf(options.Rooms, W1Generator.ZipfExponent).Shares;
        for (var i = 0; i < _rooms.Length; i++)
        {
            var startMs = options.FirstMs + (Math.Min(i, 1000) * 40L);
            long? endMs = options.Minutes is { } minutes ? startMs + (long)(minutes * 60_000) : null;
            var perSecond = options.Viewers is { } viewers ? viewers * shares[i] / ((options.Minutes ?? 60) * 60)
                : options.Rate is { } rate ? rate * shares[i] / EventsPerArrival
                : ArrivalsPerSecond * shares[i] / shares[0];
            _rooms[i] = new ShowRoom(i, startMs, endMs, perSecond / 1000, new ShowShelf(ref _agenda.Random));
        }

        if (options.ExplainAtMs is { } atMs)
        {
            _rooms[0].ExplainAtMs = atMs;
        }
    }

    /// <inheritdoc/>
    public bool Ended => _made >= _limit || (_opened == _rooms.Length && (_agenda.IsOver || IsDeserted));

    // What is still on the agenda then would do nothing, and in real time nobody waits for it.
    private bool IsDeserted => !_agenda.HasMade && !_sales.IsAnythingToFollow
        && Array.TrueForAll(_rooms, static room => room.Closed && room.Visitors.Count == 0);

    /// <summary>Has the best product of the first room explained from <paramref name="atMs"/> on, after quiet: clicks jump visibly.</summary>
    /// <param name="atMs">Ms since the Unix epoch; one that has passed means now.</param>
    public void ExplainAt(long atMs)
    {
        if (_opened > 0 && !_rooms[0].Closed)
        {
            _story.ExplainAt(_rooms[0], atMs);
        }
        else
        {
            _rooms[0].ExplainAtMs = atMs;
        }
    }

    /// <inheritdoc/>
    public bool TryNext(long untilMs, ref SimulatedEvent e)
    {
        if (_made >= _limit)
        {
            return false;
        }

        while (!_agenda.TryTake(ref e))
        {
            var opensMs = _opened < _rooms.Length ? _rooms[_opened].StartMs : long.MaxValue;
            if (_agenda.TryAdvance(Math.Min(untilMs, opensMs - 1), out var due))
            {
                Handle(due);
            }
            else if (opensMs <= untilMs && opensMs < long.MaxValue)
            {
                _agenda.AdvanceTo(opensMs);
                _story.Open(_rooms[_opened++]);
            }
            else
            {
                return false;
            }
        }

        _made++;
        return true;
    }

    private void Handle(Due due)
    {
        var room = _rooms[due.Room];
        switch (due.Kind)
        {
            case DueKind.Arrive when !room.Closed && due.Turn == room.ArriveTurn:
                _visits.Arrive(room);
                break;
            case DueKind.Return when !room.Closed:
                _visits.Enter(room, due.Subject, isReturning: true);
                break;
            case DueKind.Heartbeat or DueKind.Act or DueKind.Impress or DueKind.Proceed or DueKind.Leave:
                _visits.Handle(due, room);
                break;
            case DueKind.Afterwards:
                _sales.Follow(due.Subject, room);
                break;
            case DueKind.ExplainStart or DueKind.ExplainEnd or DueKind.ChangeTurn or DueKind.Cost or DueKind.End when !room.Closed:
                _story.Handle(due, room);
                break;
        }
    }
}
