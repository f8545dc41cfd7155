using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;

namespace LiveStream.Publish.Json;

/// <summary>The curve of a room as JSON points, the same text in the list of Redis and over HTTP.</summary>
public static class SeriesJson
{
    /// <summary>Appends the array of all points, oldest first.</summary>
    public static void Write(IBufferWriter<byte> output, SeriesView series)
    {
        var text = new JsonText(output);
        text.Raw("["u8);
        var written = 0;
        foreach (ref readonly var point in series.Coarse)
        {
            SnapshotJson.Separate(ref text, written++);
            Point(ref text, point);
        }

        foreach (ref readonly var point in series.Fine)
        {
            SnapshotJson.Separate(ref text, written++);
            Point(ref text, point);
        }

        text.Raw("]"u8);
        text.Finish();
    }

    /// <summary>Appends one point.</summary>
    public static void WritePoint(IBufferWriter<byte> output, in SeriesPoint point)
    {
        var text = new JsonText(output);
        Point(ref text, point);
        text.Finish();
    }

    private static void Point(ref JsonText text, in SeriesPoint point)
    {
        text.Raw("{\"t\":"u8);
        text.Number(point.TimeMs);
        text.Raw(",\"online\":"u8);
        text.Number(point.Online);
        text.Raw(",\"entries\":"u8);
        text.Number(point.Entries);
        text.Raw(",\"leaves\":"u8);
        text.Number(point.Leaves);
        text.Raw(",\"likes\":"u8);
        text.Number(point.Likes);
        text.Raw(",\"barrages\":"u8);
        text.Number(point.Barrages);
        text.Raw(",\"clicks\":"u8);
        text.Number(point.Clicks);
        text.Raw(",\"carts\":"u8);
        text.Number(point.Carts);
        text.Raw(",\"paidOrders\":"u8);
        text.Number(point.PaidOrders);
        text.Raw(",\"gmv\":"u8);
        text.Number(point.GmvMinor);
        text.Raw("}"u8);
    }
}
