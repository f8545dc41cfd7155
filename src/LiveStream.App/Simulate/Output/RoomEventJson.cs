using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>The fields of events that a room sends about itself. Rare, so plain; called by the writer of events alone.</summary>
internal static class RoomEventJson
{
    public static void Fields(in SimulatedEvent e, ref JsonLine line)
    {
        switch (e.Type)
        {
            case EventType.Start:
                line.Raw(",\"session\":\"s1\",\"name\":\""u8);
                line.Raw(Phrases.Rooms[e.Room % Phrases.Rooms.Length]);
                if (e.Room >= Phrases.Rooms.Length)
                {
                    line.Number(1 + (e.Room / Phrases.Rooms.Length));
                }

                line.Raw("\""u8);
                break;
            case EventType.List or EventType.ExplainStart:
                SimulatedEventJson.Product(in e, ref line);
                line.Raw(",\"name\":\""u8);
                line.Raw(Phrases.Products[e.Product % Phrases.Products.Length]);
                line.Raw("\""u8);
                break;
            case EventType.Stock:
                SimulatedEventJson.Product(in e, ref line);
                line.Raw(",\"stock\":"u8);
                line.Number(e.StockUnits);
                break;
            case EventType.Cost:
                line.Raw(",\"amount\":"u8);
                line.Number(e.AmountMinor);
                break;
            case EventType.Marker or EventType.Script:
                var turn = Turn.All[e.Text];
                line.Raw(",\"label\":\""u8);
                line.Raw(turn.Label);
                line.Raw("\",\"text\":\""u8);
                line.Raw(turn.Text);
                line.Raw("\""u8);
                break;
        }
    }
}
