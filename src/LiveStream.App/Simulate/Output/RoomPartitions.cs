using System.Buffers.Binary;

namespace LiveStream.App.Simulate;

/// <summary>Where rooms go: murmur2 of the room id, as Kafka's own clients place keys, so that files split as topics do.</summary>
public static class RoomPartitions
{
    /// <summary>The partition of each room, by its index.</summary>
    public static int[] Of(int rooms, int partitions)
    {
        var result = new int[rooms];
        for (var room = 0; room < rooms; room++)
        {
            result[room] = Of(SimulatedEventJson.RoomId(room), partitions);
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
}
