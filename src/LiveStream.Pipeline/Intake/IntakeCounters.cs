using LiveStream.Metrics.Events;

namespace LiveStream.Pipeline.Intake;

/// <summary>What intakes count. Written by ingest threads (each event once), read by anyone.</summary>
internal sealed class IntakeCounters
{
    private readonly long[] _rejected = new long[(int)RejectReason.Capacity + 1];
    private long _read;
    private long _late;
    private long _lateIdle;

    public long Read => Volatile.Read(ref _read);

    public long Late => Volatile.Read(ref _late);

    public long LateIdle => Volatile.Read(ref _lateIdle);

    public long Rejected
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < _rejected.Length; i++)
            {
                sum += Volatile.Read(ref _rejected[i]);
            }

            return sum;
        }
    }

    public long[] RejectedByReason() => [.. _rejected];

    public void CountRead() => Volatile.Write(ref _read, _read + 1);

    public void CountRejected(RejectReason reason) => Volatile.Write(ref _rejected[(int)reason], _rejected[(int)reason] + 1);

    public void CountLate(bool afterIdle)
    {
        Volatile.Write(ref _late, _late + 1);
        if (afterIdle)
        {
            CountAfterIdle();
        }
    }

    public void CountAfterIdle() => Volatile.Write(ref _lateIdle, _lateIdle + 1);
}
