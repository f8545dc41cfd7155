using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load.Peers;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// One look-up per event in a table of 1,000,000 viewers: the engine's index, its table with a row write, a Dictionary, and the bare
/// gather with prefetch. Per event.
/// </summary>
public class ViewerLookup
{
    private const int Events = 1 << 18;

    private readonly KeyIndex _index = new();
    private readonly ViewerTable _table = new();
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
            var number = _index.GetOrAdd(viewers[i], _index.Count, out _);
            _table.GetOrAdd(viewers[i]);
            _dictionary.TryAdd(viewers[i], number);
        }

        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i] = viewers[random.Next(viewers.Length)];
            _knownSum += _dictionary[_keys[i]];
        }

        _gather.Add(viewers);
    }

    /// <summary>The engine's index.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void KeyIndex()
    {
        long sum = 0;
        foreach (var key in _keys)
        {
            sum += _index.GetOrAdd(key, 0, out _);
        }

        Check(sum);
    }

    /// <summary>The engine's index and the viewer's row.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void ViewerTable()
    {
        long sum = 0;
        foreach (var key in _keys)
        {
            var number = _table.GetOrAdd(key);
            _table.Rows[number].LastMs++;
            sum += number;
        }

        Check(sum);
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

        Check(sum);
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

    private void Check(long sum)
    {
        if (sum != _knownSum)
        {
            throw new InvalidOperationException($"The numbers add up to {sum}, not {_knownSum}.");
        }
    }
}
