namespace LiveStream.App.Simulate;

/// <summary>Fills memory with lines of a workload, for benchmarks of bytes.</summary>
public static class LineBuffer
{
    /// <summary>Writes whole lines, each with its newline, until the source ends or the next might not fit.</summary>
    /// <param name="source">The workload; what is written has left it.</param>
    /// <param name="buffer">At least <see cref="SimulatedEventJson.MaxBytes"/> + 1 long.</param>
    /// <param name="lines">Lines written.</param>
    /// <returns>Bytes written.</returns>
    public static int Fill(IEventSource source, Span<byte> buffer, out int lines)
    {
        var used = 0;
        lines = 0;
        var e = default(SimulatedEvent);
        while (used + SimulatedEventJson.MaxBytes < buffer.Length && source.TryNext(long.MaxValue, ref e))
        {
            used += SimulatedEventJson.Write(in e, buffer[used..]);
            buffer[used++] = (byte)'\n';
            lines++;
        }

        return used;
    }
}
