namespace LiveStream.Metrics.Events;

/// <summary>Why an event was not accepted; each has its own <c>rejected{reason}</c> counter.</summary>
public enum RejectReason : byte
{
    /// <summary>Accepted.</summary>
    None,

    /// <summary>Not JSON, nested deeper than 16, or an empty value or array.</summary>
    Json,

    /// <summary>A known field has the wrong JSON type, or a string is not well-formed Unicode.</summary>
    FieldType,

    /// <summary>A field that the type needs is absent.</summary>
    Missing,

    /// <summary>A number or a length outside its limits.</summary>
    Limit,

    /// <summary>An unknown type, or one that its topic may not carry.</summary>
    Type,

    /// <summary>A record (or a line of a file) over 1 MiB.</summary>
    Size,

    /// <summary>The record's key is not the room, or the partition is not the key's.</summary>
    Key,

    /// <summary>Event time more than one minute ahead of the record's timestamp.</summary>
    Future,

    /// <summary>A configured cap was reached when the event was applied.</summary>
    Capacity,
}
