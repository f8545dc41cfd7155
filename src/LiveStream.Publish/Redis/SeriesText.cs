using System.Buffers;
using System.Buffers.Text;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Publish.Redis;

/// <summary>
/// The curve of a session as JSON, made anew only when a point was added: every 10 s. Immutable; an unchanged curve is the same object.
/// </summary>
internal sealed class SeriesText
{
    private SeriesText(byte[] json, long startMs, long coarseThroughMs, long throughMs)
    {
        Json = json;
        StartMs = startMs;
        CoarseThroughMs = coarseThroughMs;
        ThroughMs = throughMs;
    }

    /// <summary>Array of all points.</summary>
    public byte[] Json { get; }

    private long StartMs { get; }

    private long CoarseThroughMs { get; }

    private long ThroughMs { get; }

    /// <summary>The text of a curve, or <paramref name="previous"/> when it has the same points.</summary>
    public static SeriesText Of(SeriesView series, long startMs, SeriesText? previous, ArrayBufferWriter<byte> scratch)
    {
        var coarseThroughMs = series.Coarse.IsEmpty ? long.MinValue : series.Coarse[^1].TimeMs;
        var throughMs = series.Fine.IsEmpty ? coarseThroughMs : series.Fine[^1].TimeMs;
        if (previous is not null && previous.StartMs == startMs && previous.CoarseThroughMs == coarseThroughMs && previous.ThroughMs == throughMs)
        {
            return previous;
        }

        scratch.ResetWrittenCount();
        SeriesJson.Write(scratch, series);
        return new SeriesText(scratch.WrittenSpan.ToArray(), startMs, coarseThroughMs, throughMs);
    }

    /// <summary>Whether points at the end of <paramref name="written"/> are all that it lacks.</summary>
    public bool Extends(SeriesText? written) =>
        written is not null && written.StartMs == StartMs && written.CoarseThroughMs == CoarseThroughMs && written.ThroughMs <= ThroughMs;

    /// <summary>The points that <paramref name="written"/> lacks, one after the other.</summary>
    public byte[] PointsAfter(SeriesText written)
    {
        ReadOnlySpan<byte> json = Json;
        var from = json.Length;
        while (true)
        {
            var point = json[..from].LastIndexOf("{\"t\":"u8);
            if (point < 0 || !Utf8Parser.TryParse(json[(point + 5)..], out long timeMs, out _) || timeMs <= written.ThroughMs)
            {
                return json[from..].ToArray();
            }

            from = point;
        }
    }
}
