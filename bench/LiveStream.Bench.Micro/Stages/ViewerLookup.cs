using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load.Peers;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// One look-up per event in a table of 1,000,000 viewers, and a row that is changed depending on what it holds, so that the processor cannot run
/// ahead of it: the engine's table, which asks for rows some events ahead, the same without asking (the difference is what <see cref="CacheLine"/>
/// gains), a Dictionary of rows, and as a floor the bare gather, which depends on nothing. Per event.
/// </summary>
public class ViewerLookup
{
    private const int Events = 1 << 20;

    private const int Seconds = 600;

    // As the pass over a slice does it.
    private const int RowAhead = 16;

    private readonly KeyTable<ViewerRow> _table = new();
    private readonly Dictionary<ulong, ViewerRow> _dictionary = [];
    private readonly int[] _here = new int[Seconds];
    private readonly int[] _gone = new int[Seconds];
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
            ref var row = ref _table.Add(viewers[i]);
            row.BeginActivity(i);
            row.InteractionSecond = random.Next(Seconds);
            if (random.Next(2) == 0)
            {
                row.Set(ViewerFlags.Left);
            }

            _dictionary.Add(viewers[i], row);
        }

        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i] = viewers[random.Next(viewers.Length)];
            _knownSum += _dictionary[_keys[i]].FirstMs;
        }

        _gather.Add(viewers);
    }

    /// <summary>The engine's table, rows asked for ahead.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Prefetched()
    {
        long sum = 0;
        for (var i = 0; i < RowAhead; i++)
        {
            _table.Prefetch(_keys[i]);
        }

        for (var i = 0; i < _keys.Length; i++)
        {
            if (i + RowAhead < _keys.Length)
            {
                _table.Prefetch(_keys[i + RowAhead]);
            }

            sum += Touch(ref _table.Find(_keys[i]));
        }

        Check(sum);
    }

    /// <summary>The engine's table, row by row.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void NotPrefetched()
    {
        long sum = 0;
        foreach (var key in _keys)
        {
            sum += Touch(ref _table.Find(key));
        }

        Check(sum);
    }

    /// <summary>The library's Dictionary, with the rows in it.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public void Dictionary()
    {
        long sum = 0;
        foreach (var key in _keys)
        {
            sum += Touch(ref CollectionsMarshal.GetValueRefOrNullRef(_dictionary, key));
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

    // As an event of a viewer who comes and goes: his flag, and the cell of the second in which he counts.
    private int Touch(ref ViewerRow row)
    {
        var from = row.InteractionSecond;
        var to = (from + 100) % Seconds;
        if (row.Has(ViewerFlags.Left))
        {
            row.Clear(ViewerFlags.Left);
            _gone[from]--;
            _here[to]++;
        }
        else
        {
            row.Set(ViewerFlags.Left);
            _here[from]--;
            _gone[to]++;
        }

        row.InteractionSecond = to;
        return row.FirstMs;
    }

    private void Check(long sum)
    {
        if (sum != _knownSum || _here.Sum() + _gone.Sum() != 0)
        {
            throw new InvalidOperationException($"The numbers add up to {sum}, not {_knownSum}, or a viewer counts twice.");
        }
    }
}
