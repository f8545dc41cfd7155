using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Of the users with a known flag, those whose first flagged event says true: new viewers by enter, new buyers by payment.
/// Of a user's flags at the same time, true wins. Owned by one session.
/// </summary>
/// <param name="type">Type of the events that carry the flag.</param>
/// <param name="known">The row's bit that remembers that the flag is known.</param>
public sealed class FirstFlagShare(EventType type, ViewerFlags known)
{
    private long _known;
    private long _true;

    /// <summary>Users whose first flag says true, over those with a flag.</summary>
    public Ratio Share => new(_true, _known);

    /// <summary>Takes an event of the type; its viewer's row says whether his flag is known.</summary>
    public void Apply(in Slice slice, int index, ref ViewerRow row)
    {
        if (FlagOf(slice.Events[index]) == Flag.Absent || row.Has(known))
        {
            return;
        }

        row.Set(known);
        _known++;
        for (var i = index; i >= 0; i = slice.NextTwin(i, 1u << (int)type))
        {
            if (FlagOf(slice.Events[i]) == Flag.True)
            {
                _true++;
                return;
            }
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_known);
        writer.Write(_true);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _known = reader.ReadLong();
        _true = reader.ReadLong();
    }

    private Flag FlagOf(in RoomEvent e) => type == EventType.Enter ? e.NewViewer : e.NewBuyer;
}
