using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Peers;
using LiveStream.Bench.Load.Workload;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>JSON lines of W1 to decoded events: the engine's decoder, and Utf8JsonReader doing the same work. Per event.</summary>
public class Decoding
{
    private const int Events = 20_000;

    private readonly EventDecoder _own = W1Workload.NewDecoder();
    private readonly Utf8JsonDecoder _library = new(W1Workload.NewPseudonym());
    private W1Workload _workload = null!;
    private ulong _known;

    /// <summary>Makes the lines.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _workload = new W1Workload(new LoadOptions { Events = Events });
        for (var i = 0; i < Events; i++)
        {
            _workload.Decoded.Read(i, out var parsed);
            _known += Sum(parsed);
        }
    }

    /// <summary>The engine's decoder.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Own()
    {
        ulong sum = 0;
        foreach (var block in _workload.Lines)
        {
            var reader = new LineReader(_own, TopicTypes.All, block.Lines);
            while (reader.Read(out var parsed, out _))
            {
                sum += Sum(parsed);
            }
        }

        Check(sum);
    }

    /// <summary>The library's reader.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public void Utf8JsonReader()
    {
        ulong sum = 0;
        foreach (var block in _workload.Lines)
        {
            var rest = block.Lines;
            while (LineBlock.TryTake(ref rest, out var line))
            {
                _library.TryDecode(line, out var parsed);
                sum += Sum(parsed);
            }
        }

        Check(sum);
    }

    private static ulong Sum(scoped in ParsedEvent e) =>
        e.Viewer + (ulong)e.TimeMs + (ulong)e.AmountMinor + (ulong)(e.Count + e.Quantity + e.Room.Length + e.Product.Length + e.Order.Length);

    private void Check(ulong sum)
    {
        if (sum != _known)
        {
            throw new InvalidOperationException($"The sum over the fields is {sum}, not {_known}.");
        }
    }
}
