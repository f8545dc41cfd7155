using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Tests.Tables;

public sealed class ChunkedTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void IsAnArrayThatGrows(int seed)
    {
        var random = new Random(seed);
        var chunked = new Chunked<long>();
        var model = new long[10_000];
        var count = 0;
        for (var i = 0; i < 2000; i++)
        {
            var index = random.Next(random.Next(10) == 0 ? model.Length : Math.Min(model.Length, count + 20));
            chunked.Ensure(index);
            count = Math.Max(count, index + 1);
            chunked[index] += i;
            model[index] += i;
        }

        Assert.Equal(count, chunked.Count);
        var whole = new List<long>();
        for (var c = 0; chunked.Chunk(c).Length > 0; c++)
        {
            whole.AddRange(chunked.Chunk(c));
        }

        Assert.Equal(model[..count], whole);
    }

    [Fact]
    public void AReferenceOutlivesGrowthElsewhere()
    {
        var chunked = new Chunked<int>();
        chunked.Ensure(1024);
        ref var kept = ref chunked[1024];
        chunked.Ensure(100_000);
        kept = 7;
        Assert.Equal(7, chunked[1024]);
    }
}
