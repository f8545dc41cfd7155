using System.Text;
using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Which snapshot: of a session of a room as of T.</summary>
public readonly record struct SnapshotPlace(string Room, string Session, long StartMs, long AsOfMs);

/// <summary>
/// Every settled snapshot that a screen could have seen, and a share of those that lanes handed out besides. Says at once when a room goes
/// back in time, or a snapshot changes after it was seen; at the end each is compared with the oracle.
/// </summary>
/// <param name="fail">Told what is wrong, in a sentence.</param>
public sealed class SeenSnapshots(Action<string> fail)
{
    private readonly Dictionary<SnapshotPlace, (byte[] Json, bool WasVisible)> _seen = [];
    private readonly Dictionary<string, long> _asOfMs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _liveEpochs = new(StringComparer.Ordinal);

    /// <summary>How many different ones.</summary>
    public int Count => _seen.Count;

    /// <summary>A snapshot became visible.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="asOfMs">T that the fence was told.</param>
    /// <param name="json">With its live object.</param>
    public void Visible(string key, long asOfMs, byte[] json)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_asOfMs.TryGetValue(key, out var before) && asOfMs < before)
        {
            fail($"{key} went back from {before} to {asOfMs}");
        }

        if (Found(key, json).AsOfMs != asOfMs)
        {
            fail($"{key} is fenced as {asOfMs} and holds {Encoding.UTF8.GetString(json)}");
        }
    }

    /// <summary>A snapshot was visible already when the watch began.</summary>
    public SnapshotPlace Found(string key, byte[] json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var live = json.AsSpan().LastIndexOf(",\"live\":{"u8);
        var place = Keep(live < 0 ? json : [.. json.AsSpan(0, live), (byte)'}'], isVisible: true);
        _asOfMs[key] = place.AsOfMs;
        return place;
    }

    /// <summary>A live object became visible.</summary>
    public void LiveVisible(string key, long epoch)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_liveEpochs.TryGetValue(key, out var before) && epoch < before)
        {
            fail($"{key} went back from epoch {before} to {epoch}");
        }

        _liveEpochs[key] = epoch;
    }

    /// <summary>A lane handed a snapshot out, which may never become visible.</summary>
    public void HandedOut(byte[] json) => Keep(json, isVisible: false);

    /// <summary>The store forgot: what is written next may be older than what was seen.</summary>
    public void Forgotten()
    {
        _asOfMs.Clear();
        _liveEpochs.Clear();
    }

    /// <summary>The first that is not what the log implies, or null.</summary>
    public string? Difference(RecomputedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        foreach (var (place, (json, wasVisible)) in _seen)
        {
            var expected = log.SnapshotAt(place.Room, place.Session, place.StartMs, place.AsOfMs);
            if (expected is null)
            {
                return $"{place} is of a session that the log does not have: {Encoding.UTF8.GetString(json)}";
            }

            if (!SameBytes.Are(expected, json))
            {
                return $"{place} {(wasVisible ? "was visible" : "was handed out")} and is not what the log implies.\n{SameBytes.Difference(expected, json)}";
            }

            if (wasVisible && log.ShownAt(place.Room, place.AsOfMs) is var shown && (shown?.Session != place.Session || shown?.StartTs != place.StartMs))
            {
                return $"{place} was visible where {shown} should be.";
            }
        }

        return null;
    }

    private SnapshotPlace Keep(byte[] json, bool isVisible)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var place = new SnapshotPlace(
            root.GetProperty("room").GetString()!, root.GetProperty("session").GetString()!, root.GetProperty("start").GetInt64(), root.GetProperty("asOf").GetInt64());
        if (!root.GetProperty("settled").GetBoolean())
        {
            return place;
        }

        if (!_seen.TryGetValue(place, out var known))
        {
            _seen.Add(place, (json, isVisible));
        }
        else if (!known.Json.AsSpan().SequenceEqual(json))
        {
            fail($"{place} changed after it was {(known.WasVisible ? "visible" : "handed out")}.\n{SameBytes.Difference(known.Json, json)}");
        }
        else if (isVisible && !known.WasVisible)
        {
            _seen[place] = (json, true);
        }

        return place;
    }
}
