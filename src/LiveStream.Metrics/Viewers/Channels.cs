using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Viewers by the channel of their first enter that has one; of a user's channels at the same time, the ordinally smaller.
/// Channels past the cap count as <c>other</c>.
/// </summary>
public sealed class Channels(ViewerTable viewers, Presence presence, NameTable names, int maxChannels) : SessionOperator
{
    private static readonly byte[] Unknown = "unknown"u8.ToArray();
    private static readonly byte[] Other = "other"u8.ToArray();

    private readonly List<(int Name, long Viewers)> _channels = [];
    private readonly List<(int Viewer, long TimeMs, int Name)> _candidates = [];
    private readonly Comparison<(int Viewer, long TimeMs, int Name)> _order = (x, y) =>
        x.Viewer != y.Viewer ? x.Viewer.CompareTo(y.Viewer)
        : x.TimeMs != y.TimeMs ? x.TimeMs.CompareTo(y.TimeMs)
        : names.Compare(x.Name, y.Name);

    private long _other;
    private long _known;

    /// <inheritdoc/>
    public override bool Capped => _other > 0;

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            ref readonly var e = ref slice.Events[i];
            if (e.Type == EventType.Enter && e.Name >= 0 && (viewers.Rows[slice.Viewers[i]].Flags & ViewerFlags.ChannelKnown) == ViewerFlags.None)
            {
                _candidates.Add((slice.Viewers[i], e.TimeMs, e.Name));
            }
        }

        if (_candidates.Count == 0)
        {
            return;
        }

        _candidates.Sort(_order);
        foreach (var (viewer, _, name) in _candidates)
        {
            ref var row = ref viewers.Rows[viewer];
            if ((row.Flags & ViewerFlags.ChannelKnown) == ViewerFlags.None)
            {
                row.Flags |= ViewerFlags.ChannelKnown;
                _known++;
                Count(name);
            }
        }

        _candidates.Clear();
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        var figures = snapshot.Whole;
        figures.Channels.Clear();
        var unknown = presence.Total - _known;
        var other = _other;
        foreach (var (name, count) in _channels)
        {
            var text = names[name];
            if (text.AsSpan().SequenceEqual(Unknown))
            {
                unknown += count;
            }
            else if (text.AsSpan().SequenceEqual(Other))
            {
                other += count;
            }
            else
            {
                figures.Channels.Add(new ChannelFigures(text, count));
            }
        }

        Insert(figures.Channels, Other, other);
        Insert(figures.Channels, Unknown, unknown);
    }

    /// <inheritdoc/>
    public override void MarkNames()
    {
        foreach (var (name, _) in _channels)
        {
            names.Mark(name);
        }
    }

    private static void Insert(List<ChannelFigures> channels, byte[] name, long count)
    {
        if (count == 0)
        {
            return;
        }

        var at = 0;
        while (at < channels.Count && channels[at].Channel.AsSpan().SequenceCompareTo(name) < 0)
        {
            at++;
        }

        channels.Insert(at, new ChannelFigures(name, count));
    }

    private void Count(int name)
    {
        var at = 0;
        while (at < _channels.Count && names.Compare(_channels[at].Name, name) < 0)
        {
            at++;
        }

        if (at < _channels.Count && _channels[at].Name == name)
        {
            _channels[at] = (name, _channels[at].Viewers + 1);
        }
        else if (_channels.Count < maxChannels)
        {
            _channels.Insert(at, (name, 1));
        }
        else
        {
            _other++;
        }
    }
}
