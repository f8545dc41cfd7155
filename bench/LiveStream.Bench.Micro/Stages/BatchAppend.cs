using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>Decoded events of W1 into a batch, names once each. Per event.</summary>
public class BatchAppend
{
    private const int Events = 4096;

    private readonly EventBatch _batch = new(Events);
    private W1Workload _workload = null!;
    private long _knownTimes;

    /// <summary>Makes the events.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _workload = new W1Workload(new LoadOptions { Events = Events });
        Append();
        foreach (ref readonly var e in _batch.Events)
        {
            _knownTimes = Math.Max(_knownTimes, e.TimeMs);
        }
    }

    /// <summary>Fills the batch.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Append()
    {
        _batch.Clear();
        for (var i = 0; i < Events; i++)
        {
            _workload.Decoded.Read(i, out var parsed);
            _batch.Append(parsed, NameHash.Compute(parsed.Room), parsed.TimeMs, moved: false);
        }

        if (!_batch.IsFull || _batch.LargestTimeMs != Math.Max(_knownTimes, _workload.LargestMs))
        {
            throw new InvalidOperationException($"The batch holds {_batch.Count} events up to {_batch.LargestTimeMs}.");
        }
    }
}
