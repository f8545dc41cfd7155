using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// The names of one room's keys (output.md, Redis). The room stands in braces so that a cluster keeps them in one slot;
/// <c>{ } %</c> in room ids are percent-encoded, in keys and as members of <c>live:rooms</c>.
/// </summary>
internal sealed class RoomKeys
{
    private const int SettledBeforeHot = 4;

    private readonly string stem;
    private RedisKey[] settled = [];

    /// <summary>Names of a room.</summary>
    public RoomKeys(string prefix, string room)
    {
        Member = Encode(room);
        stem = $"{prefix}:{{{Member}}}";
        Now = stem + ":now";
        Fence = stem + ":fence";
        Screen = stem + ":screen";
        Live = [Fence, Now];
    }

    /// <summary>The room as it stands in keys.</summary>
    public string Member { get; }

    /// <summary>The channel.</summary>
    public string Channel => stem;

    /// <summary>The live object.</summary>
    public RedisKey Now { get; }

    /// <summary>Hash of what the fences compare: asOf, epoch, nowEpoch, nowOffsets.</summary>
    public RedisKey Fence { get; }

    /// <summary>Hash of the flat fields.</summary>
    public RedisKey Screen { get; }

    /// <summary>Keys of the script that writes live numbers: fence, now.</summary>
    public RedisKey[] Live { get; }

    /// <summary>Keys of the script that writes settled numbers: fence, snapshot, screen, series, hot per window.</summary>
    public RedisKey[] Settled(string[] windows)
    {
        if (settled.Length != windows.Length + SettledBeforeHot)
        {
            settled = [Fence, stem + ":snapshot", Screen, stem + ":series", .. windows.Select(window => (RedisKey)$"{stem}:hot:{window}")];
        }

        return settled;
    }

    /// <summary>The key of the rooms on air.</summary>
    public static string Rooms(string prefix) => prefix + ":rooms";

    /// <summary>Percent-encodes what would end the braces early, and the percent sign itself.</summary>
    public static string Encode(string room) => room
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("{", "%7B", StringComparison.Ordinal)
        .Replace("}", "%7D", StringComparison.Ordinal);
}
