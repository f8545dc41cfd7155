using System.Reflection;
using LiveStream.Publish.Redis;
using StackExchange.Redis;

namespace LiveStream.Simulation.World;

/// <summary>
/// The keys of a Redis and the publisher's scripts over them, in memory: the same replies and the same keys as the scripts give on a
/// server, which <c>ScriptTwinTests</c> holds it to. Values are texts; a snapshot and a live object stay bytes.
/// </summary>
internal sealed class MemoryRedis
{
    private readonly Dictionary<string, Dictionary<string, string>> _hashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _strings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, double>> _sets = new(StringComparer.Ordinal);

    /// <summary>Told of every snapshot that becomes visible: its key, T, epoch, bytes.</summary>
    public Action<string, long, long, byte[]>? SnapshotWritten { get; init; }

    /// <summary>Told of every live object that becomes visible: its key, epoch, sum of offsets.</summary>
    public Action<string, long, long>? LiveWritten { get; init; }

    /// <summary>Whether settled writes pass whatever is stored: a fault that tests plant to see whether it is found.</summary>
    public bool IsFenceless { get; init; }

    /// <summary>Whether it takes the keys of one room in a call and no more, as a cluster does.</summary>
    public bool IsCluster { get; init; }

    /// <summary>Fields of a hash; empty when it is not there.</summary>
    public IReadOnlyDictionary<string, string> Hash(string key) => _hashes.GetValueOrDefault(key) ?? [];

    /// <summary>A string; null when it is not there.</summary>
    public byte[]? Value(string key) => _strings.GetValueOrDefault(key);

    /// <summary>Elements of a list; empty when it is not there.</summary>
    public IReadOnlyList<string> List(string key) => _lists.GetValueOrDefault(key) ?? [];

    /// <summary>Members of a sorted set; empty when it is not there.</summary>
    public IReadOnlyDictionary<string, double> SortedSet(string key) => _sets.GetValueOrDefault(key) ?? [];

    /// <summary>Forgets everything.</summary>
    public void Flush()
    {
        _hashes.Clear();
        _strings.Clear();
        _lists.Clear();
        _sets.Clear();
    }

    /// <summary>Sets the score of a member.</summary>
    public void AddToSet(string key, string member, double score) => Made(_sets, key)[member] = score;

    /// <summary>Takes a member out.</summary>
    public void RemoveFromSet(string key, string member) => _sets.GetValueOrDefault(key)?.Remove(member);

    /// <summary>Runs one of the publisher's scripts.</summary>
    public RedisValue Evaluate(string script, RedisKey[] keys, RedisValue[] arguments) =>
        IsCluster && keys.Select(static key => ((string)key!).Split('}')[0]).Distinct(StringComparer.Ordinal).Skip(1).Any() ? throw Refusal("CROSSSLOT Keys in request don't hash to the same slot")
        : ReferenceEquals(script, Scripts.Settled) ? WriteSettled(keys, arguments)
        : ReferenceEquals(script, Scripts.Live) ? string.Concat(Enumerable.Range(0, keys.Length / 2).Select(room =>
            WriteLive(keys.AsSpan(room * 2, 2), arguments.AsSpan(Scripts.LiveHead + (room * Scripts.LiveEach), Scripts.LiveEach))))
        : throw new ArgumentException("This script has no twin here.", nameof(script));

    private static RedisServerException Refusal(string message) => (RedisServerException)Activator.CreateInstance(
        typeof(RedisServerException), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null, [message], null)!;

    private static TValue Made<TValue>(Dictionary<string, TValue> of, string key)
        where TValue : new() => of.TryGetValue(key, out var known) ? known : of[key] = new TValue();

    private static long? Number(IReadOnlyDictionary<string, string> hash, string field) =>
        hash.TryGetValue(field, out var text) ? long.Parse(text) : null;

    private long WriteSettled(RedisKey[] keys, RedisValue[] arguments)
    {
        var fence = Hash(keys[0]!);
        var (asOfMs, epoch) = ((long)arguments[0], (long)arguments[1]);
        var (storedMs, storedEpoch) = (Number(fence, "asOf"), Number(fence, "epoch"));
        if (storedMs is { } before && !IsFenceless && (asOfMs < before || (asOfMs == before && epoch < storedEpoch)))
        {
            return -before;
        }

        if (arguments[2] != "" && (storedMs != (long)arguments[2] || storedEpoch != (long)arguments[3]))
        {
            return Scripts.NeedsWhole;
        }

        var written = Made(_hashes, keys[0]!);
        written["asOf"] = arguments[0]!;
        written["epoch"] = arguments[1]!;
        _strings[keys[1]!] = arguments[7]!;
        var screen = Made(_hashes, keys[2]!);
        for (var i = 0; i < ScreenFields.Names.Length; i++)
        {
            screen[ScreenFields.Names[i]] = (string?)arguments[Scripts.SettledHead + i] ?? "";
        }

        WriteSeries(keys[3]!, arguments[8]!, arguments[9]!);
        WriteHot(keys.AsSpan(4), arguments.AsSpan(Scripts.SettledHead + ScreenFields.Names.Length));
        SnapshotWritten?.Invoke(keys[1]!, asOfMs, epoch, arguments[7]!);
        return Scripts.Written;
    }

    private void WriteSeries(string key, string mode, string points)
    {
        if (mode == "w")
        {
            _lists.Remove(key);
        }

        for (var from = 0; mode != "" && from < points.Length;)
        {
            var open = points.IndexOf('{', from);
            if (open < 0)
            {
                break;
            }

            var close = points.IndexOf('}', open);
            Made(_lists, key).Add(points[open..(close + 1)]);
            from = close + 1;
        }
    }

    private void WriteHot(ReadOnlySpan<RedisKey> keys, ReadOnlySpan<RedisValue> arguments)
    {
        var at = 0;
        foreach (var key in keys)
        {
            var rows = (int)arguments[at++];
            if (rows >= 0)
            {
                _sets.Remove(key!);
            }

            for (var row = 0; row < rows; row++, at += 2)
            {
                Made(_sets, key!)[arguments[at + 1]!] = (double)arguments[at];
            }
        }
    }

    private long WriteLive(ReadOnlySpan<RedisKey> keys, ReadOnlySpan<RedisValue> arguments)
    {
        var fence = Hash(keys[0]!);
        var (epoch, offsets) = ((long)arguments[0], (long)arguments[1]);
        if (Number(fence, "nowEpoch") is { } before && (epoch < before || (epoch == before && offsets < Number(fence, "nowOffsets"))))
        {
            return 0;
        }

        var settledMs = Number(fence, "asOf");
        if ((long)arguments[4] < settledMs)
        {
            return 0;
        }

        _strings[keys[1]!] = arguments[2]!;
        var written = Made(_hashes, keys[0]!);
        written["nowEpoch"] = arguments[0]!;
        written["nowOffsets"] = arguments[1]!;
        LiveWritten?.Invoke(keys[1]!, epoch, offsets);
        var expectedMs = (long)arguments[3];
        return expectedMs > 0 && !(settledMs >= expectedMs) ? Scripts.NeedsWhole : Scripts.Written;
    }
}
