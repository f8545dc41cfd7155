using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Sessions;

/// <summary>Name and status of the room as the session's start and end events say.</summary>
public sealed class Headline(NameTable names) : SessionOperator
{
    private int _name = NameTable.None;
    private long _nameMs;
    private long _startMs = long.MinValue;
    private long _endMs = long.MinValue;

    /// <summary>Whether an end is the latest of start and end; at equal time, the end.</summary>
    public bool Ended => _endMs != long.MinValue && _endMs >= _startMs;

    /// <inheritdoc/>
    public override uint Types => (1u << (int)EventType.Start) | (1u << (int)EventType.End);

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        foreach (ref readonly var e in slice.Events)
        {
            if (e.Type == EventType.End)
            {
                _endMs = e.TimeMs;
            }
            else if (e.Type == EventType.Start)
            {
                _startMs = e.TimeMs;
                Rename(e);
            }
        }
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        snapshot.RoomName = _name < 0 ? null : names[_name];
        snapshot.Ended = Ended;
    }

    /// <inheritdoc/>
    public override void Save(StateWriter writer)
    {
        writer.WriteName(_name);
        writer.Write(_nameMs);
        writer.Write(_startMs);
        writer.Write(_endMs);
    }

    /// <inheritdoc/>
    public override void Restore(ref StateReader reader)
    {
        _name = reader.ReadName();
        _nameMs = reader.ReadLong();
        _startMs = reader.ReadLong();
        _endMs = reader.ReadLong();
    }

    /// <inheritdoc/>
    public override void MarkNames() => names.Mark(_name);

    private void Rename(in RoomEvent e)
    {
        if (e.Name >= 0 && (_name < 0 || e.TimeMs > _nameMs || names.Compare(e.Name, _name) < 0))
        {
            _name = e.Name;
            _nameMs = e.TimeMs;
        }
    }
}
