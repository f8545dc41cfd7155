using System.Runtime.InteropServices;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// The people of a show: they arrive, look around at rates that the room's turns and explanations multiply, and leave. Waiting times
/// are exponential, and drawn anew when a rate changes (which changes nothing else, as they have no memory), so a factor holds
/// exactly from its moment on.
/// </summary>
internal sealed class ShowVisits(ShowAgenda agenda, ShowSales sales)
{
    private const double LikesPerMs = 1 / 22_000.0;
    private const double BarragesPerMs = 1 / 100_000.0;
    private const double ClicksPerMs = 1 / 200_000.0;
    private const double SharesPerMs = 1 / 1_500_000.0;
    private const double FollowsPerMs = 1 / 700_000.0;
    private const double GiftsPerMs = 1 / 1_500_000.0;
    private const double LotteriesPerMs = 1 / 2_500_000.0;
    private const double VotesPerMs = 1 / 2_500_000.0;

    private static readonly AliasTable LikeBatch = new([30, 18, 12, 9, 7, 6, 5, 4, 3, 2, 2, 1, 1]);

    private readonly List<ShowVisitor> _visitors = [];
    private readonly Stack<int> _free = new();
    private int _viewers;

    public void ScheduleArrival(ShowRoom room)
    {
        room.ArriveTurn = agenda.NextTurn();
        agenda.In(agenda.Random.WaitMs(1 / room.ArrivalsPerMs(agenda.NowMs)), DueKind.Arrive, room.Index, 0, room.ArriveTurn);
    }

    public void Arrive(ShowRoom room)
    {
        Enter(room, _viewers++, isReturning: false);
        ScheduleArrival(room);
    }

    public void Enter(ShowRoom room, int viewer, bool isReturning)
    {
        ref var random = ref agenda.Random;
        var channel = isReturning ? (byte)Channels.Follow : Channels.Pick(random.Next());
        var follows = channel == Channels.Follow && !isReturning;
        var newViewer = isReturning || follows ? Flag.False : random.Below(10) switch { < 6 => Flag.True, < 9 => Flag.False, _ => Flag.Absent };
        agenda.Emit(new SimulatedEvent
        {
            Type = EventType.Enter, Room = room.Index, Viewer = viewer, Channel = channel, NewViewer = newViewer, Fan = follows ? Flag.True : Flag.Absent,
        });

        var draw = random.Below(100);
        var slot = Occupy(new ShowVisitor
        {
            Viewer = viewer, Turn = agenda.NextTurn(), Place = room.Visitors.Count, Follows = follows, IsSilent = random.Chance(0.25),
            Engagement = draw < 50 ? 0.25 : draw < 85 ? 1 : 3,
            NewBuyer = newViewer == Flag.Absent || isReturning ? Flag.Absent : newViewer,
        });
        room.Visitors.Add(slot);
        var turn = _visitors[slot].Turn;
        agenda.In(random.Between(20_000, 25_000), DueKind.Heartbeat, room.Index, slot, turn);
        ScheduleLeave(room, slot, StayMs());
        ScheduleAct(room, slot);
        if (room.Explained != ShowRoom.Nothing)
        {
            agenda.In(random.Between(500, 3_000), DueKind.Impress, room.Index, slot, turn);
        }
    }

    public void Handle(Due due, ShowRoom room)
    {
        ref var visitor = ref CollectionsMarshal.AsSpan(_visitors)[due.Subject];
        var valid = due.Kind switch { DueKind.Act => visitor.ActTurn, DueKind.Leave => visitor.LeaveTurn, _ => visitor.Turn };
        if (due.Turn != valid)
        {
            return;
        }

        switch (due.Kind)
        {
            case DueKind.Heartbeat:
                Emit(EventType.Heartbeat, room, in visitor);
                agenda.In(agenda.Random.Between(20_000, 25_000), DueKind.Heartbeat, room.Index, due.Subject, due.Turn);
                break;
            case DueKind.Act:
                Act(room, due.Subject, ref visitor);
                ScheduleAct(room, due.Subject);
                break;
            case DueKind.Impress when room.Explained != ShowRoom.Nothing:
                agenda.Emit(new SimulatedEvent { Type = EventType.Impression, Room = room.Index, Viewer = visitor.Viewer, Product = room.Explained });
                break;
            case DueKind.Proceed:
                sales.Proceed(room, due.Subject, ref visitor);
                break;
            case DueKind.Leave when visitor.NextStep != SaleStep.None:
                ScheduleLeave(room, due.Subject, 10_000);
                break;
            case DueKind.Leave:
                Leave(room, due.Subject, ref visitor);
                break;
        }
    }

    /// <summary>A rate has changed: waits that have not ended are drawn anew.</summary>
    public void RatesChanged(ShowRoom room)
    {
        ScheduleArrival(room);
        foreach (var slot in room.Visitors)
        {
            ScheduleAct(room, slot);
        }
    }

    /// <summary>Most of those who are there see the card of the product that is explained from now on.</summary>
    public void ShowExplained(ShowRoom room)
    {
        foreach (var slot in room.Visitors)
        {
            if (agenda.Random.Chance(0.8))
            {
                agenda.In(agenda.Random.Between(200, 8_000), DueKind.Impress, room.Index, slot, _visitors[slot].Turn);
            }
        }
    }

    /// <summary>The show is over: nobody comes or acts, everybody leaves soon, sales that have begun go on.</summary>
    public void SendHome(ShowRoom room)
    {
        room.ArriveTurn = agenda.NextTurn();
        foreach (var slot in room.Visitors)
        {
            CollectionsMarshal.AsSpan(_visitors)[slot].ActTurn = agenda.NextTurn();
            ScheduleLeave(room, slot, agenda.Random.Between(1_000, 15_000));
        }
    }

    private void Act(ShowRoom room, int slot, ref ShowVisitor visitor)
    {
        Span<double> rates = stackalloc double[9];
        var draw = agenda.Random.Unit() * Rates(room, rates);
        var action = 0;
        while (action < rates.Length - 1 && draw >= rates[action])
        {
            draw -= rates[action++];
        }

        switch (action)
        {
            case 0:
                Emit(EventType.Like, room, in visitor, 1 + LikeBatch.Pick(agenda.Random.Next()));
                break;
            case 1:
                agenda.Emit(new SimulatedEvent
                {
                    Type = EventType.Barrage, Room = room.Index, Viewer = visitor.Viewer, Text = agenda.Random.Below(Phrases.Barrages.Length),
                });
                break;
            case 2:
                sales.Click(room, slot, ref visitor, room.Shelf.Pick(ref agenda.Random));
                break;
            case 3:
                sales.Click(room, slot, ref visitor, room.Explained);
                break;
            case 4:
                Emit(EventType.Share, room, in visitor);
                break;
            case 5 when !visitor.Follows:
                visitor.Follows = true;
                Emit(EventType.Follow, room, in visitor);
                break;
            case 6:
                Emit(EventType.Gift, room, in visitor, agenda.Random.Between(1, 9));
                break;
            case 7:
                Emit(EventType.Lottery, room, in visitor);
                break;
            case 8:
                Emit(EventType.Vote, room, in visitor);
                break;
        }
    }

    /// <summary>Rates per ms of one viewer of engagement 1, in the order of the actions; returns their sum.</summary>
    private static double Rates(ShowRoom room, Span<double> rates)
    {
        var factors = room.Factors;
        var clicks = ClicksPerMs * factors.Click;
        rates[0] = LikesPerMs * factors.Like;
        rates[1] = BarragesPerMs * factors.Barrage;
        rates[2] = clicks;
        // Of the usual clicks on the explained product there are ExplainFactor times as many.
        rates[3] = room.Explained == ShowRoom.Nothing ? 0 : clicks * room.Shelf.Share(room.Explained) * (ShowGenerator.ExplainFactor - 1);
        rates[4] = SharesPerMs;
        rates[5] = FollowsPerMs;
        rates[6] = GiftsPerMs;
        rates[7] = LotteriesPerMs * factors.Lottery;
        rates[8] = VotesPerMs * factors.Vote;
        var sum = 0.0;
        foreach (var rate in rates)
        {
            sum += rate;
        }

        return sum;
    }

    private void ScheduleAct(ShowRoom room, int slot)
    {
        if (room.Closed)
        {
            return;
        }

        Span<double> rates = stackalloc double[9];
        ref var visitor = ref CollectionsMarshal.AsSpan(_visitors)[slot];
        visitor.ActTurn = agenda.NextTurn();
        agenda.In(agenda.Random.WaitMs(1 / (Rates(room, rates) * visitor.Engagement)), DueKind.Act, room.Index, slot, visitor.ActTurn);
    }

    private void ScheduleLeave(ShowRoom room, int slot, long delayMs)
    {
        ref var visitor = ref CollectionsMarshal.AsSpan(_visitors)[slot];
        visitor.LeaveTurn = agenda.NextTurn();
        agenda.In(delayMs, DueKind.Leave, room.Index, slot, visitor.LeaveTurn);
    }

    private void Leave(ShowRoom room, int slot, ref ShowVisitor visitor)
    {
        if (!visitor.IsSilent)
        {
            Emit(EventType.Leave, room, in visitor);
        }

        if (agenda.Random.Chance(0.15))
        {
            agenda.In(agenda.Random.Between(60_000, 720_000), DueKind.Return, room.Index, visitor.Viewer);
        }

        var last = room.Visitors[^1];
        room.Visitors[visitor.Place] = last;
        CollectionsMarshal.AsSpan(_visitors)[last].Place = visitor.Place;
        room.Visitors.RemoveAt(room.Visitors.Count - 1);
        visitor = default;
        _free.Push(slot);
    }

    private long StayMs()
    {
        ref var random = ref agenda.Random;
        var draw = random.Below(100);
        return 3_000 + random.WaitMs(draw < 55 ? 35_000 : draw < 85 ? 300_000 : 1_200_000);
    }

    private int Occupy(ShowVisitor visitor)
    {
        if (_free.TryPop(out var slot))
        {
            _visitors[slot] = visitor;
            return slot;
        }

        _visitors.Add(visitor);
        return _visitors.Count - 1;
    }

    private void Emit(EventType type, ShowRoom room, in ShowVisitor visitor, int count = 1) =>
        agenda.Emit(new SimulatedEvent { Type = type, Room = room.Index, Viewer = visitor.Viewer, Count = count });
}
