using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Bench.Micro.Samples;

/// <summary>
/// A room that gets the same second of W1 over and over, moved on by a second each time, with trade ids of its own each time: what a lane
/// hands to a session. Used by one benchmark.
/// </summary>
public sealed class SecondOfRoom
{
    private readonly EngineOptions _options = new() { Caps = new CapOptions { MaxTradeIdsPerSession = 100_000, MaxOrdersPerSession = 100_000 } };
    private readonly NameTable _names = new();
    private readonly SliceInput _input = new();
    private readonly SessionCaps _caps;
    private readonly RoomEvent[] _second;
    private readonly RoomEvent[] _scratch;
    private readonly EventDetail[] _details;
    private readonly byte[] _text;
    private long _seconds;

    /// <summary>Makes the second.</summary>
    /// <param name="events">Events in it.</param>
    /// <param name="viewers">Viewers to draw from.</param>
    public SecondOfRoom(int events, int viewers)
    {
        var workload = new W1Workload(new LoadOptions { Events = events, Rooms = 1, Viewers = viewers, Rate = events });
        var batch = new EventBatch(events);
        for (var i = 0; i < events; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            batch.Append(parsed, NameHash.Compute(parsed.Room), parsed.TimeMs, moved: false);
        }

        var firstMs = workload.Options.FirstMs;
        var texts = new List<byte>();
        var details = new List<EventDetail>();
        var ordered = batch.Events.ToArray();
        Array.Sort(ordered, (x, y) => (x.TimeMs, x.Rank).CompareTo((y.TimeMs, y.Rank)));
        foreach (ref var e in ordered.AsSpan())
        {
            e.Room = Interned(batch, e.Room);
            e.Product = Interned(batch, e.Product);
            e.Name = Interned(batch, e.Name);
            e.Detail = CopyDetail(batch, e.Detail, details, texts);
        }

        _second = ordered;
        _scratch = new RoomEvent[events];
        _details = [.. details];
        _text = [.. texts];
        _caps = new SessionCaps(_options.Caps.MaxRooms, _options.Caps.MaxViewers);
        Session = new Session(_options, _names, _names.Intern("live-100000"u8), _names.Intern("default"u8), firstMs);
    }

    /// <summary>The session that gets it.</summary>
    public Session Session { get; }

    /// <summary>Admits and applies one more second, and closes the one before it. Throws when an event is not applied.</summary>
    public void ApplyNext()
    {
        var shiftMs = _seconds * EngineOptions.HopMs;
        for (var i = 0; i < _second.Length; i++)
        {
            _scratch[i] = _second[i];
            _scratch[i].TimeMs += shiftMs;
        }

        foreach (ref var detail in _details.AsSpan())
        {
            detail.Id = NameHash.Combine(detail.Id, (ulong)_seconds);
        }

        var counts = default(SettleCounts);
        _input.Set(_details, _text, _scratch.Length);
        var kept = Session.Admit(_scratch, _input, _caps, ref counts);
        Session.AdvanceTo(Session.OriginMs + shiftMs, onHop: null);
        Session.Apply(_scratch.AsSpan(0, kept), _input);
        _seconds++;
        if (Session.Applied != _seconds * _second.Length)
        {
            throw new InvalidOperationException($"{Session.Applied} events applied, not {_seconds * _second.Length}.");
        }
    }

    private int Interned(EventBatch batch, int name) => name < 0 ? NameTable.None : _names.Intern(batch.NameText(name), batch.NameHashOf(name));

    private static int CopyDetail(EventBatch batch, int index, List<EventDetail> details, List<byte> texts)
    {
        if (index < 0)
        {
            return -1;
        }

        var detail = batch.Detail(index);
        var order = batch.Text(detail.OrderOffset, detail.OrderLength).ToArray();
        detail.OrderOffset = texts.Count;
        texts.AddRange(order);
        details.Add(detail);
        return details.Count - 1;
    }
}
