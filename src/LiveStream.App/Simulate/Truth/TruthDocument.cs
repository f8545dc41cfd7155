using System.Text.Json;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.App.Simulate;

/// <summary>Writes a ledger as the JSON of <c>--truth</c>. Names are those of the snapshots; money in minor units.</summary>
public static class TruthDocument
{
    private static readonly EventType[] ReachSteps = [EventType.Impression, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment];

    /// <summary>Writes the file, replacing it.</summary>
    public static void Save(string path, TruthLedger ledger, SimulationOptions options)
    {
        using var file = File.Create(path);
        Write(file, ledger, options);
    }

    /// <summary>Writes the document.</summary>
    public static void Write(Stream stream, TruthLedger ledger, SimulationOptions options)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", "livestream.truth/1");
        json.WriteString("workload", options.Workload == Workload.W1 ? "w1" : "show");
        json.WriteNumber("seed", options.Seed);
        Totals(json, ledger);
        Rooms(json, ledger, options);
        Effects(json, ledger);
        Explains(json, ledger);
        json.WriteEndObject();
    }

    private static void Totals(Utf8JsonWriter json, TruthLedger ledger)
    {
        json.WriteNumber("read", ledger.Read);
        json.WriteNumber("applied", ledger.Rooms.Sum(r => r.Applied));
        json.WriteNumber("late", ledger.Rooms.Sum(r => r.Late));
        json.WriteNumber("moved", ledger.Rooms.Sum(r => r.Moved));
        json.WriteNumber("duplicate", ledger.Rooms.Sum(r => r.Duplicates));
        json.WriteNumber("rejected", ledger.GarbageByKind.Sum());
        json.WriteStartObject("garbage");
        for (var kind = 1; kind < ledger.GarbageByKind.Length; kind++)
        {
            json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(((GarbageKind)kind).ToString()), ledger.GarbageByKind[kind]);
        }

        json.WriteEndObject();
    }

    private static void Rooms(Utf8JsonWriter json, TruthLedger ledger, SimulationOptions options)
    {
        var funnels = FunnelOptions.Defaults.Select(funnel => (funnel, Users: ledger.Funnel(funnel.Steps, funnel.WithinMs))).ToArray();
        json.WriteStartArray("rooms");
        for (var i = 0; i < ledger.Rooms.Length; i++)
        {
            var room = ledger.Rooms[i];
            json.WriteStartObject();
            json.WriteString("room", SimulatedEventJson.RoomId(i));
            json.WriteString("session", options.Workload == Workload.W1 ? "default" : "s1");
            json.WriteNumber("applied", room.Applied);
            json.WriteNumber("late", room.Late);
            json.WriteNumber("moved", room.Moved);
            json.WriteNumber("duplicate", room.Duplicates);
            json.WriteNumber("rejected", room.Garbage);
            json.WriteNumber("viewers", room.Viewers);
            json.WriteNumber("interactingViewers", room.Interacting);
            Counts(json, room);
            Trade(json, room);
            json.WriteStartObject("reach");
            foreach (var step in ReachSteps)
            {
                json.WriteNumber(EventTypes.Name(step), room.UsersByType[(int)step]);
            }

            json.WriteEndObject();
            json.WriteStartObject("funnels");
            foreach (var (funnel, users) in funnels)
            {
                json.WriteStartArray(funnel.Name);
                foreach (var count in users[i])
                {
                    json.WriteNumberValue(count);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter json, TruthRoom room)
    {
        WriteTypes("events", 0, EventTypes.ViewerCount);
        WriteTypes("roomEvents", EventTypes.ViewerCount, EventTypes.Count);

        void WriteTypes(string name, int from, int to)
        {
            json.WriteStartObject(name);
            for (var type = from; type < to; type++)
            {
                if (room.Events[type] != 0)
                {
                    json.WriteNumber(EventTypes.Name((EventType)type), room.Events[type]);
                }
            }

            json.WriteEndObject();
        }
    }

    private static void Trade(Utf8JsonWriter json, TruthRoom room)
    {
        json.WriteStartObject("trade");
        json.WriteNumber("orders", room.Orders);
        json.WriteNumber("paidOrders", room.PaidOrders);
        json.WriteNumber("payments", room.Events[(int)EventType.Payment]);
        json.WriteNumber("units", room.Units);
        json.WriteNumber("gmv", room.GmvMinor);
        json.WriteNumber("refunds", room.Events[(int)EventType.Refund]);
        json.WriteNumber("refunded", room.RefundedMinor);
        json.WriteNumber("netGmv", room.GmvMinor - room.RefundedMinor);
        json.WriteNumber("buyers", room.UsersByType[(int)EventType.Payment]);
        json.WriteEndObject();
    }

    private static void Effects(Utf8JsonWriter json, TruthLedger ledger)
    {
        json.WriteStartArray("effects");
        foreach (var effect in ledger.Effects)
        {
            json.WriteStartObject();
            json.WriteString("room", SimulatedEventJson.RoomId(effect.Room));
            json.WriteNumber("ts", effect.TimeMs);
            json.WriteString("type", EventTypes.Name(effect.Turn.Kind));
            json.WriteString("label", effect.Turn.Label);
            Factors(json, "factors", effect.Turn.Factors);
            Factors(json, "ratioToBefore", effect.Ratio);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Factors(Utf8JsonWriter json, string name, Factors factors)
    {
        json.WriteStartObject(name);
        Number("arrivals", factors.Arrival);
        Number("likesPerViewer", factors.Like);
        Number("barragesPerViewer", factors.Barrage);
        Number("clicksPerViewer", factors.Click);
        Number("lotteryPerViewer", factors.Lottery);
        Number("votesPerViewer", factors.Vote);
        Number("orderProbability", factors.Order);
        Number("paymentProbability", factors.Payment);
        json.WriteEndObject();

        void Number(string of, double factor)
        {
            if (factor != 1)
            {
                json.WriteNumber(of, factor);
            }
        }
    }

    private static void Explains(Utf8JsonWriter json, TruthLedger ledger)
    {
        json.WriteStartArray("explains");
        foreach (var explain in ledger.Explains)
        {
            json.WriteStartObject();
            json.WriteString("room", SimulatedEventJson.RoomId(explain.Room));
            json.WriteString("product", SimulatedEventJson.ProductId(explain.Room, explain.Product));
            json.WriteNumber("start", explain.StartMs);
            if (explain.EndMs is { } endMs)
            {
                json.WriteNumber("end", endMs);
            }

            json.WriteNumber("clickFactor", ShowGenerator.ExplainFactor);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
