namespace LiveStream.Oracle;

/// <summary>One acceptable event of the log. Absent fields are null; <c>Qty</c> and <c>Count</c> have their defaults.</summary>
internal sealed record LogEvent
{
    public required EventType Type { get; init; }

    public required string Room { get; init; }

    /// <summary>The time that counts: the bound, when the event was moved.</summary>
    public required long Ts { get; init; }

    /// <summary>The time the event came with.</summary>
    public required long OriginalTs { get; init; }

    /// <summary>Raw id; never null on a viewer event.</summary>
    public string User { get; init; } = "";

    public string? Session { get; init; }

    public string? Id { get; init; }

    public string? Product { get; init; }

    public string? Order { get; init; }

    public long? Amount { get; init; }

    public long Qty { get; init; } = 1;

    public long Count { get; init; } = 1;

    public string? Channel { get; init; }

    public bool? NewViewer { get; init; }

    public bool? NewBuyer { get; init; }

    public long? Stock { get; init; }

    public string? Name { get; init; }

    public bool IsMoved => Ts != OriginalTs;

    public bool IsViewer => Type.IsViewer();

    /// <summary>A viewer event other than <c>leave</c>.</summary>
    public bool IsActive => IsViewer && Type != EventType.Leave;
}
