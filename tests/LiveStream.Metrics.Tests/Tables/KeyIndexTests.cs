using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Tests.Tables;

public sealed class KeyIndexTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    public void IsADictionary(int keys)
    {
        var random = new Random(keys);
        var index = new KeyIndex();
        var model = new Dictionary<ulong, int>();
        for (var i = 0; i < keys; i++)
        {
            var key = random.Next(4) == 0 && model.Count > 0 ? Key(random.Next(i)) : Key(i);
            var number = index.GetOrAdd(key, i, out var added);
            Assert.Equal(model.TryAdd(key, i), added);
            Assert.Equal(model[key], number);
        }

        Assert.Equal(model.Count, index.Count);
        Assert.All(model, pair => Assert.Equal(pair.Value, index.Find(pair.Key)));
        Assert.Equal(-1, index.Find(0xDEAD_BEEF_0000_0001));
        Assert.True(keys < 1000 || index.Bytes <= model.Count * 48L, $"{index.Bytes} bytes for {model.Count} keys");
    }

    [Fact]
    public void KeepsKeysWhoseTopBitsAreTheSame()
    {
        var index = new KeyIndex();
        for (var i = 0; i < 7000; i++)
        {
            index.GetOrAdd((Key(i) >> 12) | (0xABCUL << 52), i, out _);
        }

        Assert.All(Enumerable.Range(0, 7000), i => Assert.Equal(i, index.Find((Key(i) >> 12) | (0xABCUL << 52))));
    }

    [Fact]
    public void ZeroAndTheLargestAreKeysToo()
    {
        var index = new KeyIndex();
        Assert.Equal((5, 6), (index.GetOrAdd(0, 5, out _), index.GetOrAdd(ulong.MaxValue, 6, out _)));
        Assert.Equal((5, 6), (index.Find(0), index.Find(ulong.MaxValue)));
    }

    private static ulong Key(int i)
    {
        var z = ((ulong)i + 1) * 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
