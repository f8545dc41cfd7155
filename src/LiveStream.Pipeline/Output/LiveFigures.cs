using LiveStream.Metrics.Events;

namespace LiveStream.Pipeline.Output;

/// <summary>
/// The <c>live</c> numbers of a room, updated on arrival: not settled, for liveliness only. Owned and refilled in place by the
/// room's lane; a sink reads it during its call and keeps nothing of it but copies.
/// </summary>
public sealed class LiveFigures
{
    /// <summary>Room id, UTF-8.</summary>
    public byte[] Room { get; set; } = [];

    /// <summary>The session that the room's keys show, UTF-8.</summary>
    public byte[] Session { get; set; } = [];

    /// <summary>Largest event time seen, ms since the Unix epoch.</summary>
    public long AtMs { get; set; }

    /// <summary>The partition group's watermark, ms since the Unix epoch.</summary>
    public long WatermarkMs { get; set; }

    /// <summary>Session totals by viewer event type: settled plus pending.</summary>
    public long[] Events { get; } = new long[EventTypes.ViewerCount];

    /// <summary>Session total of payments, minor units: settled plus pending.</summary>
    public Int128 GmvMinor { get; set; }

    /// <summary>Session total of orders: settled plus pending lines.</summary>
    public long Orders { get; set; }

    /// <summary>Session total of payment lines: settled plus pending.</summary>
    public long Payments { get; set; }

    /// <summary>Estimate of the viewers online.</summary>
    public long Online { get; set; }

    /// <summary>Events that arrived with a time in the last second before <see cref="AtMs"/>.</summary>
    public long PerSecond { get; set; }

    /// <summary>Adds the numbers of another lane's part of the room.</summary>
    internal void Add(LiveFigures part)
    {
        for (var type = 0; type < Events.Length; type++)
        {
            Events[type] += part.Events[type];
        }

        AtMs = Math.Max(AtMs, part.AtMs);
        GmvMinor += part.GmvMinor;
        Orders += part.Orders;
        Payments += part.Payments;
        Online += part.Online;
        PerSecond += part.PerSecond;
    }

    /// <summary>Sum of the group's next offsets when these numbers were taken; orders versions of one owner.</summary>
    public long OffsetSum { get; set; }
}
