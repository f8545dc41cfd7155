using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Viewers;

/// <summary>What events say of where a user comes from: the channel, and whether he is new as a viewer or a buyer. Owned by one session.</summary>
public sealed class Newcomers(NameTable names, int maxChannels)
{
    private readonly FirstFlagShare _newViewers = new(EventType.Enter, ViewerFlags.NewViewerKnown);
    private readonly FirstFlagShare _newBuyers = new(EventType.Payment, ViewerFlags.NewBuyerKnown);
    private readonly Channels _channels = new(names, maxChannels);

    /// <summary>Whether a cap has made a number inexact.</summary>
    public bool Capped => _channels.Capped;

    /// <summary>Takes an event of a viewer; its viewer's row says what is known of him.</summary>
    public void Apply(in Slice slice, int index, ref ViewerRow row)
    {
        var type = slice.Events[index].Type;
        if (type == EventType.Enter)
        {
            _newViewers.Apply(slice, index, ref row);
            _channels.Apply(slice, index, ref row);
        }
        else if (type == EventType.Payment)
        {
            _newBuyers.Apply(slice, index, ref row);
        }
    }

    /// <summary>Fills the shares and the list of channels.</summary>
    /// <param name="figures">What is filled.</param>
    /// <param name="viewers">All viewers; those without a known channel are <c>unknown</c>.</param>
    public void Fill(SessionFigures figures, long viewers)
    {
        figures.NewViewerShare = _newViewers.Share;
        figures.NewBuyerShare = _newBuyers.Share;
        _channels.Fill(figures, viewers);
    }

    /// <summary>Marks the names it refers to.</summary>
    public void MarkNames() => _channels.MarkNames();

    /// <summary>Forgets what was counted; another part of the session keeps it.</summary>
    public void Clear()
    {
        _newViewers.Clear();
        _newBuyers.Clear();
        _channels.Clear();
    }

    /// <summary>Adds what another part of the same session counted.</summary>
    public void Add(Newcomers other)
    {
        _newViewers.Add(other._newViewers);
        _newBuyers.Add(other._newBuyers);
        _channels.Add(other._channels);
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        _newViewers.Save(writer);
        _newBuyers.Save(writer);
        _channels.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _newViewers.Restore(ref reader);
        _newBuyers.Restore(ref reader);
        _channels.Restore(ref reader);
    }
}
