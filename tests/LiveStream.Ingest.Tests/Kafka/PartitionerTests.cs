using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class PartitionerTests
{
    /// <summary>Vectors of Kafka's own UtilsTest.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Murmur2_agrees_with_kafka(string key, int expected) =>
        Assert.Equal(expected, Partitioner.Murmur2(Samples.Utf8(key)));

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xcbf43926u)]
    public void Crc32_agrees_with_its_check_value(string key, uint expected) =>
        Assert.Equal(expected, Partitioner.Crc32(Samples.Utf8(key)));

    [Theory]
    [InlineData(PartitionerKind.Murmur2, PartitionerKind.Murmur2)]
    [InlineData(PartitionerKind.Crc32, PartitionerKind.Crc32)]
    [InlineData(PartitionerKind.Unchecked, null)]
    public void Evidence_tells_the_partitioner_of_the_producers(PartitionerKind producers, PartitionerKind? expected)
    {
        var evidence = new PartitionerEvidence();
        for (var i = 0; i < 500; i++)
        {
            var key = Samples.Utf8($"room-{i}");
            var partition = producers == PartitionerKind.Unchecked ? i % 4 : Partitioner.PartitionOf(producers, key, 4);
            evidence.Observe(key, i % 40 == 7 ? 3 : partition, 4);
        }

        Assert.Equal(expected, evidence.Fitting);
        Assert.Equal(expected is null, evidence.FitsNone);
        Assert.InRange(evidence.Keys, 30, PartitionerEvidence.MaxKeys);
    }

    [Fact]
    public void One_partition_or_few_keys_tell_nothing()
    {
        var evidence = new PartitionerEvidence();
        for (var i = 0; i < 100; i++)
        {
            evidence.Observe(Samples.Utf8($"room-{i}"), 0, 1);
            evidence.Observe("room"u8, 1, 4);
        }

        Assert.Equal(1, evidence.Keys);
        Assert.Null(evidence.Fitting);
        Assert.False(evidence.FitsNone);
    }
}
