using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Series;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Trade;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// One session of a room: when it began and was last heard of, its operators, and how far it is settled. Owned by its room.
/// </summary>
public sealed class Session
{
    private readonly EngineOptions _options;
    private readonly NameTable _names;
    private readonly TradeCopies _copies;
    private readonly SessionMetrics _metrics;
    private readonly long _quietMs;
    private bool _capped;

    /// <summary>Opens a session.</summary>
    /// <param name="options">What shapes the numbers.</param>
    /// <param name="names">The lane's names.</param>
    /// <param name="room">Interned number of the room's id.</param>
    /// <param name="name">Interned number of its name.</param>
    /// <param name="startMs">Time of its first event.</param>
    public Session(EngineOptions options, NameTable names, int room, int name, long startMs)
    {
        _options = options;
        _names = names;
        Name = name;
        FirstMs = startMs;
        LastMs = startMs;
        OriginMs = startMs - (startMs % EngineOptions.HopMs);
        SettledMs = OriginMs;
        _copies = new TradeCopies(names, options.Caps.MaxTradeIdsPerSession);
        _metrics = new SessionMetrics(options, names, startMs);
        _quietMs = SessionMetrics.QuietMs(options);
        _metrics.Snapshot.Room = names[room];
        _metrics.Snapshot.Session = names[name];
        _metrics.Open(0);
    }

    /// <summary>Interned number of its name.</summary>
    public int Name { get; }

    /// <summary>S: time of its first accepted event.</summary>
    public long FirstMs { get; }

    /// <summary>Whether everything of it has been seen; if not, its snapshots say that they are not settled.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Time of its latest event, copies included.</summary>
    public long LastMs { get; internal set; }

    /// <summary>Whether it has had an end, which shortens the quiet that ends it.</summary>
    public bool HasEnded { get; internal set; }

    /// <summary>Time of its latest applied event.</summary>
    public long LastAppliedMs { get; private set; }

    /// <summary>Events applied.</summary>
    public long Applied { get; private set; }

    /// <summary>T up to which it is settled; seconds are relative to its origin.</summary>
    public long SettledMs { get; private set; }

    /// <summary>FirstMs rounded down to a second.</summary>
    public long OriginMs { get; }

    /// <summary>Its curve.</summary>
    public SeriesCurve Series { get; } = new();

    /// <summary>Viewers it remembers.</summary>
    public int ViewerCount => _metrics.ViewerCount;

    /// <summary>Its operators.</summary>
    public SessionMetrics Metrics => _metrics;

    /// <summary>The largest event time at which it is not over by quiet.</summary>
    public long OpenUntilMs => LastMs + (HasEnded ? EngineOptions.EndedIdleMs : _options.SessionIdleMs);

    /// <summary>The largest event time that does not open a session of the same name anew.</summary>
    public long YoungUntilMs => FirstMs + EngineOptions.MaxSessionMs;

    /// <summary>Whether events before a time may find it to be over: by quiet, by age, or by an end among them.</summary>
    public bool MayEndBefore(long timeMs) => timeMs > Math.Min(Math.Min(OpenUntilMs, YoungUntilMs), SettledMs + EngineOptions.EndedIdleMs);

    /// <summary>
    /// Settles up to <paramref name="untilMs"/> and calls <paramref name="onHop"/> at each hop on the way, with <see cref="SettledMs"/> at that hop.
    /// </summary>
    public void AdvanceTo(long untilMs, Action<Session>? onHop)
    {
        while (SettledMs < untilMs)
        {
            var second = (int)((SettledMs - OriginMs) / EngineOptions.HopMs);

            // Parts of a session close the same seconds, whichever of them an event was applied in: their cells lie side by side.
            var quiet = SettledMs - (_metrics.IsPart ? LastMs : LastAppliedMs) > _quietMs;
            _metrics.Advance(second, quiet);
            SettledMs += EngineOptions.HopMs;
            if (SettledMs % SeriesCurve.FineMs == 0 && !_metrics.IsPart)
            {
                Series.Sample(SettledMs, _metrics.OnlineNow, _metrics.Totals, _metrics.OrderTotals.Paid);
            }

            onHop?.Invoke(this);
            if (!quiet || SettledMs >= untilMs)
            {
                _metrics.Open(second + 1);
            }
        }
    }

    /// <summary>
    /// Applies events of a second that has not been settled, in order: takes copies out, judges caps, settles what lies before the second if
    /// anything is to be applied. The span is scratch.
    /// </summary>
    public void Apply(Span<RoomEvent> events, SliceInput input, SessionCaps caps, Action<Session>? onHop, ref SettleCounts counts)
    {
        if ((input.Types & EventTypes.TradeTypes) != 0)
        {
            events = events[..TakeCopiesOut(events, input, ref counts)];
        }

        if (!AnyFits(events, caps))
        {
            foreach (ref readonly var e in events)
            {
                counts.RejectedCapacity += e.Foreign ? 0 : 1;
                counts.ForeignRejected += e.Foreign ? 1 : 0;
            }

            _capped |= events.Length > 0;
            return;
        }

        AdvanceTo(input.StartMs, onHop);
        var (applied, rejected) = (counts.Applied, counts.RejectedCapacity + counts.ForeignRejected);
        input.Twins.Forget();
        var slice = new Slice
        {
            Events = events,
            Details = input.Details,
            Twins = input.Twins,
            OriginMs = OriginMs,
            Second = (int)((SettledMs - OriginMs) / EngineOptions.HopMs),
            Types = input.Types,
        };
        LastAppliedMs = Math.Max(LastAppliedMs, _metrics.Apply(slice, caps, ref counts));
        Applied += counts.Applied - applied;
        _capped |= counts.RejectedCapacity + counts.ForeignRejected != rejected;
    }

    /// <summary>Completes the snapshot as of <see cref="SettledMs"/>.</summary>
    public SessionSnapshot Fill()
    {
        _metrics.Fill(SettledMs);
        _metrics.Snapshot.Applied = Applied;
        _metrics.Snapshot.Settled = IsWhole;
        _metrics.Snapshot.Capped = _capped || _copies.Capped || _metrics.Capped;
        return _metrics.Snapshot;
    }

    /// <summary>From here on its snapshots say that a cap has turned events away.</summary>
    public void MarkCapped() => _capped = true;

    /// <summary>Marks every name that it refers to.</summary>
    public void MarkNames()
    {
        _names.Mark(Name);
        _metrics.MarkNames();
    }

    /// <summary>Completes a snapshot to which the parts of the session at one T have been added. Once per T, in order.</summary>
    public void CompleteParts(SessionSnapshot added, long online, List<(FirstStep Of, int DelayMs)> delays)
    {
        _metrics.CompleteParts(added, online, delays);
        if (added.AsOfMs % SeriesCurve.FineMs == 0)
        {
            Series.Sample(added.AsOfMs, online, added.SessionWindow.Values, added.SessionWindow.Trade.PaidOrders);
        }
    }

    /// <summary>Becomes one part of the session: keeps its own viewers, and what was counted if it is the part that keeps it.</summary>
    public void BecomePart(Func<ulong, bool> own, bool keepsCounts)
    {
        _metrics.IsPart = true;
        _metrics.KeepOnly(own);
        if (!keepsCounts)
        {
            Applied = 0;
            _metrics.Clear();
        }
    }

    /// <summary>Takes over from another part: its viewers who are this one's, and what was counted there if this is the part that keeps it.</summary>
    public void AddPart(Session other, Func<ulong, bool> own, bool keepsCounts)
    {
        _copies.AddRows(other._copies);
        _metrics.AddRows(other._metrics, own);
        LastAppliedMs = Math.Max(LastAppliedMs, other.LastAppliedMs);
        if (keepsCounts)
        {
            Applied += other.Applied;
            _capped |= other._capped;
            _metrics.Add(other._metrics);
        }
    }

    /// <summary>All viewers are counted here again.</summary>
    public void BecomeWhole() => _metrics.IsPart = false;

    /// <summary>Writes it whole; <see cref="Restore"/> opens it again.</summary>
    public void Save(StateWriter writer)
    {
        writer.WriteName(Name);
        writer.Write(FirstMs);
        writer.Write(LastMs);
        writer.Write(HasEnded);
        writer.Write(LastAppliedMs);
        writer.Write(Applied);
        writer.Write(SettledMs);
        writer.Write(_capped);
        writer.Write(IsWhole);
        _copies.Save(writer);
        Series.Save(writer);
        _metrics.Save(writer);
    }

    /// <summary>Opens a session that was written.</summary>
    public static Session Restore(ref StateReader reader, EngineOptions options, NameTable names, int room)
    {
        var session = new Session(options, names, room, reader.ReadName(), reader.ReadLong())
        {
            LastMs = reader.ReadLong(),
            HasEnded = reader.ReadBool(),
            LastAppliedMs = reader.ReadLong(),
            Applied = reader.ReadLong(),
            SettledMs = reader.ReadLong(),
            _capped = reader.ReadBool(),
            IsWhole = reader.ReadBool(),
        };
        session._copies.Restore(ref reader);
        session.Series.Restore(ref reader);
        session._metrics.Restore(ref reader);
        return session;
    }

    private bool AnyFits(ReadOnlySpan<RoomEvent> events, SessionCaps caps)
    {
        foreach (ref readonly var e in events)
        {
            if (_metrics.Fits(e, caps))
            {
                return true;
            }
        }

        return false;
    }

    private int TakeCopiesOut(Span<RoomEvent> events, SliceInput input, ref SettleCounts counts)
    {
        var isCopy = input.Marks(events.Length);
        var copies = _copies.Mark(events, input.Details, input.Text, isCopy);
        if (copies == 0)
        {
            return events.Length;
        }

        var kept = 0;
        for (var i = 0; i < events.Length; i++)
        {
            if (isCopy[i])
            {
                counts.Duplicate += events[i].Foreign ? 0 : 1;
                counts.Moved += events[i].Moved && !events[i].Foreign ? 1 : 0;
            }
            else
            {
                events[kept++] = events[i];
            }
        }

        return kept;
    }
}
