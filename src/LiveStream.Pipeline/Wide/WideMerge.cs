using LiveStream.Metrics.Snapshots;

namespace LiveStream.Pipeline.Wide;

/// <summary>
/// Adds the parts of one wide room's sessions: every lane settles the same seconds of the same sessions in the same order, so the next parts of all
/// lanes belong together. Owned by the room's leader.
/// </summary>
/// <param name="lanes">How many parts there are.</param>
/// <param name="leader">The lane that owns this.</param>
/// <param name="merged">Takes each whole snapshot with the leader's own part.</param>
internal sealed class WideMerge(int lanes, int leader, Action<SessionSnapshot, WidePart> merged)
{
    private readonly List<OfSession> _sessions = [];

    /// <summary>The least T of this lane's parts that wait for parts of others; <see cref="long.MaxValue"/> when none does.</summary>
    public long WaitsForMs
    {
        get
        {
            var least = long.MaxValue;
            foreach (var session in _sessions)
            {
                least = session.Parts[leader].TryPeek(out var own) ? Math.Min(least, own.Snapshot.AsOfMs) : least;
            }

            return least;
        }
    }

    /// <summary>Takes a part, and adds what has become complete.</summary>
    public void Take(WidePart part)
    {
        var session = _sessions.Find(s => s.Is(part.Snapshot));
        if (session is null)
        {
            session = new OfSession(part.Snapshot, lanes);
            _sessions.Add(session);
        }

        session.Parts[part.Lane].Enqueue(part);
        while (session.Parts[leader].TryPeek(out var own))
        {
            if (own.IsOver)
            {
                session.Parts[leader].Dequeue();
                _sessions.Remove(session);
                merged(own.Snapshot, own);
            }
            else if (Array.TrueForAll(session.Parts, parts => parts.Count > 0))
            {
                Add(session, own);
            }
            else
            {
                return;
            }
        }
    }

    private void Add(OfSession session, WidePart own)
    {
        var online = 0L;
        foreach (var parts in session.Parts)
        {
            var part = parts.Dequeue();
            online += part.Online;
            if (part.Snapshot.AsOfMs != own.Snapshot.AsOfMs)
            {
                throw new InvalidOperationException($"Lanes settled different seconds of a session: {part.Snapshot.AsOfMs} and {own.Snapshot.AsOfMs}.");
            }

            if (!ReferenceEquals(part, own))
            {
                SnapshotParts.Add(own.Snapshot, part.Snapshot);
                own.Delays.AddRange(part.Delays);
            }
        }

        if (own.IsRestored)
        {
            own.Session!.Metrics.CompleteRestored(own.Snapshot);
        }
        else
        {
            own.Session!.CompleteParts(own.Snapshot, online, own.Delays);
        }

        merged(own.Snapshot, own);
    }

    private sealed class OfSession(SessionSnapshot snapshot, int lanes)
    {
        private readonly byte[] _session = snapshot.Session;
        private readonly long _startMs = snapshot.StartMs;

        public Queue<WidePart>[] Parts { get; } = [.. Enumerable.Range(0, lanes).Select(_ => new Queue<WidePart>())];

        public bool Is(SessionSnapshot other) => other.StartMs == _startMs && other.Session.AsSpan().SequenceEqual(_session);
    }
}
