namespace LiveStream.Bench.Load.Workload;

/// <summary>JSON lines, each with its line break, as a source would hand them out: about 128 KiB at a time.</summary>
public readonly record struct LineBlock(byte[] Bytes, int Length)
{
    /// <summary>Size of a block, bytes.</summary>
    public const int Size = 128 << 10;

    /// <summary>The lines.</summary>
    public ReadOnlySpan<byte> Lines => Bytes.AsSpan(0, Length);

    /// <summary>Takes the first line off the rest; false when there is none.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? default : rest[..end];
        rest = rest[(end + 1)..];
        return end >= 0;
    }
}
