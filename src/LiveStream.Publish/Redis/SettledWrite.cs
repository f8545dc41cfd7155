using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>Everything that one version of a room puts into Redis and on the board. Immutable.</summary>
/// <param name="AsOfMs">T, which is also the version.</param>
/// <param name="Summary">For the list of rooms.</param>
/// <param name="Snapshot">The whole snapshot; the client takes arrays of exact length only, and the board shows the same one.</param>
/// <param name="Screen">Values of the screen's fields.</param>
/// <param name="Windows">Names of the windows.</param>
/// <param name="Hot">Rows per window.</param>
/// <param name="Series">The curve.</param>
internal sealed record SettledWrite(
    long AsOfMs, RoomSummary Summary, byte[] Snapshot, RedisValue[] Screen, string[] Windows, HotRows[] Hot, SeriesText Series)
{
    /// <summary>What it holds in memory by itself.</summary>
    public long Bytes => Snapshot.Length + Series.Json.Length;
}

/// <summary>What Redis holds of a room, as far as this process knows: the write and the epoch it was made with.</summary>
internal sealed record StoredState(SettledWrite Write, long Epoch);

/// <summary>One call of the script for settled numbers.</summary>
/// <param name="Write">What is written.</param>
/// <param name="Epoch">With which epoch.</param>
/// <param name="Keys">Of the script.</param>
/// <param name="Arguments">Of the script.</param>
internal readonly record struct SettledCall(SettledWrite Write, long Epoch, RedisKey[] Keys, RedisValue[] Arguments);

/// <summary>What a call of the script for live numbers says of one room.</summary>
/// <param name="Json">The live object.</param>
/// <param name="Epoch">With which epoch.</param>
/// <param name="OffsetSum">Orders the versions of one epoch.</param>
/// <param name="SettledMs">T of the newest settled numbers here, 0 = none: while Redis shows a later one, this process has yet to catch up.</param>
/// <param name="ExpectedMs">The least T of settled numbers that Redis took from this process and should have, 0 = none.</param>
internal readonly record struct LiveCall(byte[] Json, long Epoch, long OffsetSum, long SettledMs, long ExpectedMs);
