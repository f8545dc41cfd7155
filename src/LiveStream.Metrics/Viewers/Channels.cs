using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Viewers by the channel of their first enter that has one; of a user's channels at the same time, the ordinally smaller.
/// Channels past the cap count as <c>other</c>. Owned by one session.
/// </summary>
public sealed class Channels(NameTable names, int maxChannels)
{
    private static readonly byte[] Unknown = "unknown"u8.ToArray();
    private static readonly byte[] Other = "other"u8.ToArray();

    // Ordinal by name.
    private readonly List<(int Name, long Viewers)> _channels = [];
    private long _other;
    private long _known;

    /// <summary>Whether a cap has made the counts inexact.</summary>
    public bool Capped => _other > 0;

    /// <summary>Takes an enter; its viewer's row says whether his channel is known.</summary>
    public void Apply(in Slice slice, int index, ref ViewerRow row)
    {
        var name = slice.Events[index].Name;
        if (name < 0 || row.Has(ViewerFlags.ChannelKnown))
        {
            return;
        }

        row.Set(ViewerFlags.ChannelKnown);
        _known++;
        for (var i = slice.NextTwin(index, 1u << (int)EventType.Enter); i >= 0; i = slice.NextTwin(i, 1u << (int)EventType.Enter))
        {
            var twin = slice.Events[i].Name;
            name = twin >= 0 && names.Compare(twin, name) < 0 ? twin : name;
        }

        Count(name);
    }

    /// <summary>Fills the list.</summary>
    /// <param name="figures">What is filled.</param>
    /// <param name="viewers">All viewers; those without a known channel are <c>unknown</c>.</param>
    public void Fill(SessionFigures figures, long viewers)
    {
        figures.Channels.Clear();
        var unknown = viewers - _known;
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

    /// <summary>Marks the names it refers to.</summary>
    public void MarkNames()
    {
        foreach (var (name, _) in _channels)
        {
            names.Mark(name);
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_other);
        writer.Write(_known);
        writer.Write(_channels.Count);
        foreach (var (name, viewers) in _channels)
        {
            writer.WriteName(name);
            writer.Write(viewers);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _other = reader.ReadLong();
        _known = reader.ReadLong();
        for (var channels = reader.ReadCount(); channels > 0; channels--)
        {
            _channels.Add((reader.ReadName(), reader.ReadLong()));
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
        for (var i = 0; i < _channels.Count; i++)
        {
            if (_channels[i].Name == name)
            {
                _channels[i] = (name, _channels[i].Viewers + 1);
                return;
            }
        }

        if (_channels.Count == maxChannels)
        {
            _other++;
            return;
        }

        var at = 0;
        while (at < _channels.Count && names.Compare(_channels[at].Name, name) < 0)
        {
            at++;
        }

        _channels.Insert(at, (name, 1));
    }
}
