using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load.Peers;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// One look-up per event in a table of 1,000,000 viewers, as a floor of what state per viewer can cost: a Dictionary, and the bare gather
/// with prefetch. Per event.
/// </summary>
public class ViewerLookup
{
    private const int Events = 1 << 18;

    private readonly Dictionary<ulong, int> _dictionary = [];
    private readonly ulong[] _keys = new ulong[Events];
    private BareGather _gather = null!;
    private long _knownSum;

    /// <summary>Viewers in the tables.</summary>
    [Params(1_000_000)]
    public int Viewers { get; set; } = 1_000_000;

    /// <summary>Fills the tables.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(42);
        var viewers = new ulong[Viewers];
        _gather = new BareGather(Viewers);
        for (var i = 0; i < viewers.Length; i++)
        {
            viewers[i] = (ulong)random.NextInt64(1, long.MaxValue) * 0x9E37_79B9_7F4A_7C15;
            _dictionary.TryAdd(viewers[i], i);
        }

        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i] = viewers[random.Next(viewers.Length)];
            _knownSum += _dictionary[_keys[i]];
        }

        _gather.Add(viewers);
    }

    /// <summary>The library's Dictionary.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public void Dictionary()
    {
        long sum = 0;
        foreach (var key in _keys)
        {
            sum += _dictionary[key];
        }

        if (sum != _knownSum)
        {
            throw new InvalidOperationException($"The numbers add up to {sum}, not {_knownSum}.");
        }
    }

    /// <summary>The bare gather: a count per viewer, prefetched in groups.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void BareGather()
    {
        _gather.Add(_keys);
        if (_gather.Distinct != _dictionary.Count)
        {
            throw new InvalidOperationException($"{_gather.Distinct} viewers, not {_dictionary.Count}.");
        }
    }

    /// <summary>Frees the gather's table.</summary>
    [GlobalCleanup]
    public void Cleanup() => _gather.Dispose();
}
