using System.Buffers.Binary;

namespace LiveStream.App.Simulate;

/// <summary>Where rooms go: murmur2 of the room id, as Kafka's own clients place keys, so that files split as topics do.</summary>
public static class RoomPartitions
{
    /// <summary>The partition of each room, by its index.</summary>
    /// <param name="rooms">Number of rooms.</param>
    /// <param name="partitions">Number of partitions.</param>
    /// <param name="partitioner"><c>crc32</c> as librdkafka places keys by default, anything else murmur2.</param>
    public static int[] Of(int rooms, int partitions, string partitioner = "murmur2")
    {
        var result = new int[rooms];
        for (var room = 0; room < rooms; room++)
        {
            var key = SimulatedEventJson.RoomId(room);
            result[room] = partitioner == "crc32" ? (int)(Crc32(key) % (uint)partitions) : Of(key, partitions);
        }

        return result;
    }

    /// <summary>The partition of a key.</summary>
    public static int Of(ReadOnlySpan<byte> key, int partitions) => (int)(Murmur2(key) & 0x7FFFFFFF) % partitions;

    /// <summary>MurmurHash2 (Appleby) with the seed of Kafka's Java client, whose DefaultPartitioner defines it.</summary>
    internal static uint Murmur2(ReadOnlySpan<byte> key)
    {
        const uint m = 0x5bd1e995;
        var h = 0x9747b28cu ^ (uint)key.Length;
        while (key.Length >= 4)
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(key) * m;
            h = (h * m) ^ ((k ^ (k >> 24)) * m);
            key = key[4..];
        }

        if (key.Length > 0)
        {
            for (var i = key.Length - 1; i >= 0; i--)
            {
                h ^= (uint)key[i] << (8 * i);
            }

            h *= m;
        }

        h = (h ^ (h >> 13)) * m;
        return h ^ (h >> 15);
    }

    private static uint Crc32(ReadOnlySpan<byte> key)
    {
        var crc = uint.MaxValue;
        foreach (var value in key)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        return ~crc;
    }
}
