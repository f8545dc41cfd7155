namespace LiveStream.App.Simulate;

/// <summary>Writes lines that an engine must reject, each for the reason that its kind names.</summary>
internal static class GarbageJson
{
    public static int Write(in SimulatedEvent e, Span<byte> destination)
    {
        var line = new JsonLine(destination);
        if (e.Garbage == GarbageKind.NotJson)
        {
            line.Raw("GET /live HTTP/1.1"u8);
            return line.Length;
        }

        line.Raw(e.Garbage == GarbageKind.UnknownType ? "{\"type\":\"teleport\""u8 : "{\"type\":\"like\""u8);
        if (e.Garbage != GarbageKind.MissingField)
        {
            line.Raw(",\"room\":\"live-"u8);
            line.Fixed((ulong)(100_000 + e.Room), 6);
            line.Raw("\""u8);
        }

        line.Raw(",\"user\":\"u"u8);
        line.Fixed(SimulatedEventJson.UserNumber(Math.Max(0, e.Viewer)), 10);
        line.Raw("\",\"ts\":"u8);
        line.Number(e.TimeMs);
        line.Raw(e.Garbage switch
        {
            GarbageKind.Truncated => ",\"coun"u8,
            GarbageKind.WrongType => ",\"count\":\"many\"}"u8,
            GarbageKind.OutOfLimits => ",\"count\":0}"u8,
            GarbageKind.TooDeep => ",\"extra\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}"u8,
            _ => "}"u8,
        });
        return line.Length;
    }
}
