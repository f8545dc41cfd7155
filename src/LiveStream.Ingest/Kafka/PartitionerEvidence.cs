namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Which partitioner the records seen so far fit. Looks at up to <see cref="MaxKeys"/> different keys (told apart by a few
/// bits of their hash) and at those of several partitions only, so it costs nothing later. Used by one reading thread.
/// </summary>
public sealed class PartitionerEvidence
{
    /// <summary>Keys after which nothing more is looked at.</summary>
    public const int MaxKeys = 64;

    private const int EnoughKeys = 8;

    private readonly int[] _fits = new int[2];
    private ulong _seen;

    /// <summary>Different keys looked at.</summary>
    public int Keys { get; private set; }

    /// <summary>The one partitioner that (nearly) all keys fit, once there are enough to tell; null while unknown, or if none or both fit.</summary>
    public PartitionerKind? Fitting =>
        Keys < EnoughKeys || Fits(PartitionerKind.Murmur2) == Fits(PartitionerKind.Crc32) ? null
        : Fits(PartitionerKind.Murmur2) ? PartitionerKind.Murmur2 : PartitionerKind.Crc32;

    /// <summary>Whether there are enough keys and neither known partitioner puts them where they lie.</summary>
    public bool FitsNone => Keys >= 2 * EnoughKeys && !Fits(PartitionerKind.Murmur2) && !Fits(PartitionerKind.Crc32);

    /// <summary>Looks at one record of a topic with <paramref name="count"/> partitions; true when that was a key not seen before.</summary>
    public bool Observe(ReadOnlySpan<byte> key, int partition, int count)
    {
        if (count < 2 || key.IsEmpty || Keys == MaxKeys)
        {
            return false;
        }

        var bit = 1UL << (int)((uint)Partitioner.Murmur2(key) >> 26);
        if ((_seen & bit) != 0)
        {
            return false;
        }

        _seen |= bit;
        Keys++;
        for (var kind = PartitionerKind.Murmur2; kind <= PartitionerKind.Crc32; kind++)
        {
            _fits[(int)kind] += Partitioner.PartitionOf(kind, key, count) == partition ? 1 : 0;
        }

        return true;
    }

    // One key in eight may be garbage.
    private bool Fits(PartitionerKind kind) => 8 * _fits[(int)kind] >= 7 * Keys;
}
