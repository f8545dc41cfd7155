using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// Takes one lane's snapshots as filled values and keeps the sums of those at the last T. A tick may hold the lane, so that input can be
/// queued while no clock runs. Used by one lane; read after it has settled.
/// </summary>
public class EngineSink(long halfMs, long finalMs, Action onTick, CountdownEvent settled) : LaneSink
{
    private long _snapshots;
    private long _applied;
    private long _likes;
    private long _payments;
    private long _gmvMinor;
    private long _paidOrders;
    private long _viewers;
    private long _interacting;
    private long _halfBytes = -1;

    /// <summary>Bytes that the lane's thread allocated between the middle and the end of event time.</summary>
    public long SecondHalfBytes { get; private set; }

    /// <summary>Sums over the lane's rooms.</summary>
    public Answer Answer => new()
    {
        Snapshots = _snapshots, Applied = _applied, Likes = _likes, Payments = _payments, GmvMinor = _gmvMinor,
        PaidOrders = _paidOrders, Viewers = _viewers, Interacting = _interacting,
    };

    /// <inheritdoc/>
    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
    {
        _snapshots++;
        if (_halfBytes < 0 && snapshot.AsOfMs >= halfMs)
        {
            // Not when the half is said to be settled: with wide rooms that may be long after.
            _halfBytes = GC.GetAllocatedBytesForCurrentThread();
        }

        if (snapshot.AsOfMs != finalMs)
        {
            return;
        }

        var whole = snapshot.SessionWindow;
        _applied += snapshot.Applied;
        _likes += whole.Events[(int)EventType.Like];
        _payments += whole.Trade.Payments;
        _gmvMinor += (long)whole.Trade.GmvMinor;
        _paidOrders += whole.Trade.PaidOrders;
        _viewers += whole.Viewers;
        _interacting += whole.InteractingViewers;
    }

    /// <inheritdoc/>
    public override void OnTick(long wallClockMs) => onTick();

    /// <inheritdoc/>
    public override void OnSettled(int group, long settledMs)
    {
        if (settledMs == finalMs)
        {
            SecondHalfBytes = GC.GetAllocatedBytesForCurrentThread() - _halfBytes;
            settled.Signal();
        }
    }
}
