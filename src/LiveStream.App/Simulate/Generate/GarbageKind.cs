namespace LiveStream.App.Simulate;

/// <summary>Ways of being rejected; every one of them is certain, whatever the topic.</summary>
public enum GarbageKind : byte
{
    /// <summary>A good event.</summary>
    None,

    /// <summary>An object that stops midway.</summary>
    Truncated,

    /// <summary>Not JSON at all.</summary>
    NotJson,

    /// <summary>A count in words.</summary>
    WrongType,

    /// <summary>No room.</summary>
    MissingField,

    /// <summary>A type that does not exist.</summary>
    UnknownType,

    /// <summary>A count of 0.</summary>
    OutOfLimits,

    /// <summary>Nested deeper than 16.</summary>
    TooDeep,
}
