using System.Buffers.Binary;

namespace LiveStream.Ingest.Kafka;

/// <summary>Computes the partition that a producer gives a key.</summary>
public static class Partitioner
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>The partition of <paramref name="key"/> among <paramref name="count"/>, or -1 when nothing is known of it.</summary>
    public static int PartitionOf(PartitionerKind kind, ReadOnlySpan<byte> key, int count) => kind switch
    {
        PartitionerKind.Murmur2 => (Murmur2(key) & int.MaxValue) % count,
        PartitionerKind.Crc32 => (int)(Crc32(key) % (uint)count),
        _ => -1,
    };

    /// <summary>MurmurHash2 of Kafka's Java client (<c>org.apache.kafka.common.utils.Utils.murmur2</c>).</summary>
    public static int Murmur2(ReadOnlySpan<byte> data)
    {
        const uint multiplier = 0x5bd1e995;
        unchecked
        {
            var hash = 0x9747b28c ^ (uint)data.Length;
            while (data.Length >= 4)
            {
                var k = BinaryPrimitives.ReadUInt32LittleEndian(data) * multiplier;
                k = (k ^ (k >> 24)) * multiplier;
                hash = (hash * multiplier) ^ k;
                data = data[4..];
            }

            if (data.Length > 0)
            {
                for (var i = data.Length - 1; i >= 0; i--)
                {
                    hash ^= (uint)data[i] << (8 * i);
                }

                hash *= multiplier;
            }

            hash = (hash ^ (hash >> 13)) * multiplier;
            return (int)(hash ^ (hash >> 15));
        }
    }

    /// <summary>CRC-32 (IEEE 802.3), as of librdkafka's <c>consistent</c> partitioner.</summary>
    public static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }

            table[i] = crc;
        }

        return table;
    }
}
