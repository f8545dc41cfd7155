using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Viewers;

/// <summary>Peak and mean of the viewers online over the settled seconds of a session. Owned by it.</summary>
public sealed class OnlineCurve
{
    private long _peak;
    private long _peakAtMs;
    private long _sum;
    private long _hops;

    /// <summary>Online at the last sample.</summary>
    public long Now { get; private set; }

    /// <summary>Takes the viewers online at T, once per T, in order.</summary>
    public void Sample(long online, long asOfMs)
    {
        Now = online;
        _sum += online;
        if (online > _peak || _hops == 0)
        {
            _peak = online;
            _peakAtMs = asOfMs;
        }

        _hops++;
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Now);
        writer.Write(_peak);
        writer.Write(_peakAtMs);
        writer.Write(_sum);
        writer.Write(_hops);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        Now = reader.ReadLong();
        _peak = reader.ReadLong();
        _peakAtMs = reader.ReadLong();
        _sum = reader.ReadLong();
        _hops = reader.ReadLong();
    }

    /// <summary>Now, peak and mean.</summary>
    public OnlineFigures Figures => new(Now, _peak, _peakAtMs, new Ratio(_sum, _hops));
}
