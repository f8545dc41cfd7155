using System.Buffers;
using LiveStream.Pipeline.Output;

namespace LiveStream.Publish.Json;

/// <summary>The <c>live</c> object of output.md: everything in a publication that depends on timing.</summary>
public static class LiveJson
{
    /// <summary>Appends one object.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="live">The room's numbers on arrival.</param>
    /// <param name="counters">Of this instance since its start.</param>
    /// <param name="publishedAtMs">Wall clock, ms since the Unix epoch; <c>lagMs</c> is the watermark's distance from it.</param>
    public static void Write(IBufferWriter<byte> output, LiveFigures live, in CounterTotals counters, long publishedAtMs)
    {
        var text = new JsonText(output);
        text.Raw("{\"publishedAt\":"u8);
        text.Number(publishedAtMs);
        text.Raw(",\"at\":"u8);
        text.Number(live.AtMs);
        text.Raw(",\"watermark\":"u8);
        text.Number(live.WatermarkMs);
        text.Raw(",\"lagMs\":"u8);
        text.Number(publishedAtMs - live.WatermarkMs);
        text.Raw(",\"events\":{"u8);
        WindowJson.EventCounts(ref text, live.Events);
        text.Raw("},\"gmv\":"u8);
        text.Number(live.GmvMinor);
        text.Raw(",\"orders\":"u8);
        text.Number(live.Orders);
        text.Raw(",\"payments\":"u8);
        text.Number(live.Payments);
        text.Raw(",\"online\":"u8);
        text.Number(live.Online);
        text.Raw(",\"perSecond\":"u8);
        text.Number(live.PerSecond);
        text.Raw(",\"counters\":{\"read\":"u8);
        text.Number(counters.Read);
        text.Raw(",\"applied\":"u8);
        text.Number(counters.Applied);
        text.Raw(",\"late\":"u8);
        text.Number(counters.Late);
        text.Raw(",\"moved\":"u8);
        text.Number(counters.Moved);
        text.Raw(",\"duplicate\":"u8);
        text.Number(counters.Duplicate);
        text.Raw(",\"rejected\":"u8);
        text.Number(counters.Rejected);
        text.Raw(",\"lateIdle\":"u8);
        text.Number(counters.LateIdle);
        text.Raw(",\"pending\":"u8);
        text.Number(counters.Pending);
        text.Raw("}}"u8);
        text.Finish();
    }
}
