using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Pipeline.Tests;

/// <summary>An event as a test writes it down; everything but type and time has a default.</summary>
internal sealed record TestEvent(EventType Type, long TimeMs)
{
    public string Room { get; init; } = "r";

    public string Session { get; init; } = "";

    public string User { get; init; } = "u";

    public string Id { get; init; } = "";

    public string Product { get; init; } = "";

    public string Order { get; init; } = "o";

    public string Channel { get; init; } = "";

    public string Name { get; init; } = "";

    public long Amount { get; init; }

    public int Quantity { get; init; } = 1;

    public int Count { get; init; } = 1;

    public static TestEvent Payment(long timeMs, long amount, string order = "o") => new(EventType.Payment, timeMs) { Amount = amount, Order = order };

    public void AddTo(GroupIntake intake, int partition = 0, long recordTimestampMs = GroupIntake.NoTimestamp) =>
        intake.Add(partition, Parse(), recordTimestampMs);

    /// <summary>Appends to a batch as an intake would; an original time makes it a moved one.</summary>
    public void AddTo(EventBatch batch, NameNumbers numbers, long? originalMs = null)
    {
        var parsed = Parse();
        parsed.TimeMs = originalMs ?? TimeMs;
        batch.Append(parsed, numbers.Of(parsed.Room, NameHash.Compute(parsed.Room)), TimeMs, originalMs is not null);
    }

    private ParsedEvent Parse() => new()
    {
        Type = Type,
        TimeMs = TimeMs,
        Viewer = EventTypes.IsViewer(Type) ? NameHash.Compute(Encoding.UTF8.GetBytes(User)) : 0,
        Room = Encoding.UTF8.GetBytes(Room),
        Session = Encoding.UTF8.GetBytes(Session),
        Id = Encoding.UTF8.GetBytes(Id),
        Product = Encoding.UTF8.GetBytes(Product),
        Order = EventTypes.IsTrade(Type) ? Encoding.UTF8.GetBytes(Order) : [],
        Channel = Encoding.UTF8.GetBytes(Channel),
        Name = Encoding.UTF8.GetBytes(Name),
        AmountMinor = Amount,
        StockUnits = Amount,
        Quantity = Quantity,
        Count = Count,
    };
}
