using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Peers;
using LiveStream.Bench.Load.Workload;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Rows;

/// <summary>Decoding alone, ours and on <see cref="System.Text.Json.Utf8JsonReader"/>; the answer is a sum over every field that counts.</summary>
internal static class DecodeRows
{
    /// <summary>decode: the engine's decoder.</summary>
    public static Measured Own(W1Workload workload)
    {
        var decoder = W1Workload.NewDecoder();
        ulong sum = 0;
        var meter = Meter.Start();
        foreach (var block in workload.Lines)
        {
            var reader = new LineReader(decoder, TopicTypes.All, block.Lines);
            while (reader.Read(out var parsed, out var reason))
            {
                if (reason == RejectReason.None)
                {
                    sum += Sum(parsed);
                }
            }
        }

        return Row("decode", "decoding alone: JSON lines to decoded events", workload, meter.Stop(), sum);
    }

    /// <summary>json: the same work on the library's reader.</summary>
    public static Measured Library(W1Workload workload)
    {
        var decoder = new Utf8JsonDecoder(W1Workload.NewPseudonym());
        ulong sum = 0;
        var meter = Meter.Start();
        foreach (var block in workload.Lines)
        {
            var rest = block.Lines;
            while (LineBlock.TryTake(ref rest, out var line))
            {
                if (decoder.TryDecode(line, out var parsed))
                {
                    sum += Sum(parsed);
                }
            }
        }

        return Row("json", "peer: Utf8JsonReader doing the same work", workload, meter.Stop(), sum);
    }

    private static Measured Row(string row, string does, W1Workload workload, Taken taken, ulong sum)
    {
        ulong known = 0;
        for (var i = 0; i < workload.Decoded.Count; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            known += Sum(parsed);
        }

        return new Measured
        {
            Row = row,
            Does = does,
            Events = workload.Decoded.Count,
            Taken = taken,
            ResidentBytes = Environment.WorkingSet,
            Wrong = sum == known ? null : $"the sum over all fields is {sum}, not {known}",
        };
    }

    private static ulong Sum(scoped in ParsedEvent e) => e.Viewer + (ulong)e.TimeMs + (ulong)e.AmountMinor + (ulong)(e.Count + e.Quantity)
        + (ulong)e.Type + (ulong)e.NewViewer + (ulong)e.NewBuyer
        + (ulong)(e.Room.Length + e.Id.Length + e.Product.Length + e.Order.Length + e.Channel.Length);
}
