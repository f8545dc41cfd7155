using System.Numerics;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.Pipeline.Wide;

/// <summary>
/// What every lane must know of one second of a wide room to find the same sessions: when its events happened and which sessions they name. As long
/// as they all name the same one, and none starts, ends or was moved, that is a bit per millisecond (and one for leaves); else one head per kind of event. Filled by the intake, or
/// by a lane from events that waited; read by lanes, then never changed.
/// </summary>
internal sealed class WideSecond(long startMs)
{
    private const int Words = (EngineOptions.HopMs + 63) / 64;

    private readonly ulong[] _at = new ulong[Words];
    private readonly ulong[] _leftAt = new ulong[Words];
    private byte[]? _session;
    private bool _any;

    /// <summary>Begin of the second, ms since the Unix epoch.</summary>
    public long StartMs { get; } = startMs;

    /// <summary>Session that all events name, empty when they name none; only while there are no <see cref="Heads"/>.</summary>
    public byte[] Session => _session ?? [];

    /// <summary>One per kind of event, or null when a bit per millisecond says everything.</summary>
    public HashSet<WideHead>? Heads { get; private set; }

    /// <summary>Takes note of an event.</summary>
    public void Note(EventType type, long timeMs, ReadOnlySpan<byte> session, bool moved, long originalMs)
    {
        var plain = !moved && type is not (EventType.Start or EventType.End);
        if (Heads is null && plain && (!_any || session.SequenceEqual(_session)))
        {
            _session ??= session.ToArray();
            _any = true;
            var ms = (int)(timeMs - StartMs);
            (type == EventType.Leave ? _leftAt : _at)[ms >> 6] |= 1UL << (ms & 63);
            return;
        }

        Heads ??= [.. AllHeads()];
        var kept = type is EventType.Start or EventType.End or EventType.Leave ? type : EventType.Like;
        Heads.Add(new WideHead(timeMs, kept, session.ToArray(), moved, originalMs));
    }

    /// <summary>Takes note of everything that another one of the same second knows.</summary>
    public void Add(WideSecond other)
    {
        foreach (var head in other.AllHeads())
        {
            Note(head.Type, head.TimeMs, head.Session, head.Moved, head.OriginalMs);
        }
    }

    /// <summary>Everything as heads, in no order.</summary>
    public IEnumerable<WideHead> AllHeads() => Heads ?? Times(_at).Select(time => new WideHead(time, EventType.Like, Session, false, time))
        .Concat(Times(_leftAt).Select(time => new WideHead(time, EventType.Leave, Session, false, time)));

    /// <summary>Times of the first and the last event; only while there are no <see cref="Heads"/>.</summary>
    public (long FirstMs, long LastMs) Range()
    {
        var (first, last) = (-1, -1);
        for (var word = 0; word < Words; word++)
        {
            var bits = _at[word] | _leftAt[word];
            if (bits != 0)
            {
                first = first < 0 ? (word * 64) + BitOperations.TrailingZeroCount(bits) : first;
                last = (word * 64) + BitOperations.Log2(bits);
            }
        }

        return (StartMs + first, StartMs + last);
    }

    private IEnumerable<long> Times(ulong[] at)
    {
        for (var ms = 0; ms < EngineOptions.HopMs; ms++)
        {
            if (((at[ms >> 6] >> (ms & 63)) & 1) != 0)
            {
                yield return StartMs + ms;
            }
        }
    }
}

/// <summary>All events of a wide room that cannot be told apart when their session is looked for.</summary>
/// <param name="TimeMs">Their time after moving.</param>
/// <param name="Type">Start, end, leave, or like for all others.</param>
/// <param name="Session">Session they name, empty for none.</param>
/// <param name="Moved">Whether they were moved.</param>
/// <param name="OriginalMs">The time they came with.</param>
internal readonly record struct WideHead(long TimeMs, EventType Type, byte[] Session, bool Moved, long OriginalMs)
{
    /// <inheritdoc/>
    public bool Equals(WideHead other) => TimeMs == other.TimeMs && Type == other.Type && Moved == other.Moved && OriginalMs == other.OriginalMs
        && Session.AsSpan().SequenceEqual(other.Session);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TimeMs, Type, Moved, OriginalMs, Session.Length);
}
