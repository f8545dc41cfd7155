using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>What a room itself does in a show: it opens, lists its products, explains one after the other, changes script and markers, closes.</summary>
internal sealed class ShowStory(ShowAgenda agenda, ShowVisits visits)
{
    private const int QuietBeforeMs = 40_000;
    private const int ShortestExplainMs = 20_000;

    /// <summary>Opens a room; the agenda stands at its start.</summary>
    public void Open(ShowRoom room)
    {
        Emit(EventType.Start, room);
        for (var product = 0; product < ShowShelf.Count; product++)
        {
            Emit(EventType.List, room, product);
            agenda.Emit(new SimulatedEvent
            {
                Type = EventType.Stock, Room = room.Index, Viewer = -1, Product = product, StockUnits = room.Shelf.Stock(product),
            });
        }

        visits.ScheduleArrival(room);
        ScheduleExplain(room, agenda.Random.Between(30_000, 60_000));
        agenda.In(agenda.Random.Between(150_000, 240_000), DueKind.ChangeTurn, room.Index);
        agenda.In(agenda.Random.Between(60_000, 120_000), DueKind.Cost, room.Index);
        if (room.EndMs is { } endMs)
        {
            agenda.At(endMs, DueKind.End, room.Index);
        }
    }

    /// <summary>Takes what is due in a room that is open.</summary>
    public void Handle(Due due, ShowRoom room)
    {
        switch (due.Kind)
        {
            case DueKind.ExplainStart when due.Turn == room.ExplainTurn:
                StartExplaining(room);
                break;
            case DueKind.ExplainEnd when due.Turn == room.ExplainTurn:
                Emit(EventType.ExplainEnd, room, room.Explained);
                room.Explained = ShowRoom.Nothing;
                visits.RatesChanged(room);
                ScheduleExplain(room, agenda.Random.Between(8_000, 25_000));
                break;
            case DueKind.ChangeTurn:
                ChangeTurn(room);
                break;
            case DueKind.Cost:
                agenda.Emit(new SimulatedEvent { Type = EventType.Cost, Room = room.Index, Viewer = -1, AmountMinor = agenda.Random.Between(50, 500) * 100L });
                agenda.In(600_000, DueKind.Cost, room.Index);
                break;
            case DueKind.End:
                room.Closed = true;
                Emit(EventType.End, room);
                room.Explained = ShowRoom.Nothing;
                visits.SendHome(room);
                break;
        }
    }

    /// <summary>Has the best product explained from a moment on, after quiet.</summary>
    public void ExplainAt(ShowRoom room, long atMs)
    {
        room.ExplainAtMs = atMs;
        if (room.Explained == ShowRoom.Nothing)
        {
            ScheduleExplain(room, 0);
        }
        else
        {
            ScheduleEnd(room, Math.Min(room.ExplainEndMs, atMs - QuietBeforeMs));
        }
    }

    private void ScheduleExplain(ShowRoom room, int gapMs)
    {
        var atMs = agenda.NowMs + gapMs;
        if (room.ExplainAtMs is { } wantedMs && atMs > wantedMs - QuietBeforeMs - ShortestExplainMs)
        {
            atMs = wantedMs;
        }

        room.ExplainTurn = agenda.NextTurn();
        agenda.At(atMs, DueKind.ExplainStart, room.Index, 0, room.ExplainTurn);
    }

    private void StartExplaining(ShowRoom room)
    {
        var endMs = agenda.NowMs + agenda.Random.Between(60_000, 150_000);
        if (agenda.NowMs >= room.ExplainAtMs)
        {
            room.Explained = 0;
            room.ExplainAtMs = null;
        }
        else
        {
            room.Explained = room.Shelf.Pick(ref agenda.Random);
            endMs = room.ExplainAtMs is { } wantedMs ? Math.Min(endMs, wantedMs - QuietBeforeMs) : endMs;
        }

        Emit(EventType.ExplainStart, room, room.Explained);
        visits.RatesChanged(room);
        visits.ShowExplained(room);
        ScheduleEnd(room, endMs);
    }

    private void ScheduleEnd(ShowRoom room, long endMs)
    {
        room.ExplainEndMs = endMs;
        room.ExplainTurn = agenda.NextTurn();
        agenda.At(endMs, DueKind.ExplainEnd, room.Index, 0, room.ExplainTurn);
    }

    private void ChangeTurn(ShowRoom room)
    {
        int next;
        do
        {
            next = agenda.Random.Below(Turn.All.Length);
        }
        while (room.IsInForce(Turn.All[next]));
        room.Take(Turn.All[next]);
        agenda.Emit(new SimulatedEvent { Type = Turn.All[next].Kind, Room = room.Index, Viewer = -1, Text = next });
        visits.RatesChanged(room);
        agenda.In(agenda.Random.Between(180_000, 360_000), DueKind.ChangeTurn, room.Index);
    }

    private void Emit(EventType type, ShowRoom room, int product = 0) =>
        agenda.Emit(new SimulatedEvent { Type = type, Room = room.Index, Viewer = -1, Product = product });
}
