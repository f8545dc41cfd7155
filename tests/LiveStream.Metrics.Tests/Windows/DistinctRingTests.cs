using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Windows;

public sealed class DistinctRingTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 61)]
    [InlineData(3, 3600)]
    [InlineData(4, 3)]
    public void CountsWhoWasLastSeenInTheWindow(int seed, int seconds)
    {
        var random = new Random(seed);
        var ring = new DistinctRing(seconds);
        var last = Enumerable.Repeat(DistinctRing.Never, 40).ToArray();
        for (var second = 0; second < Math.Max(500, seconds * 3); second++)
        {
            ring.Open(second);
            for (var i = random.Next(4); i > 0; i--)
            {
                // A chain's start may lie before the open second; it never goes back.
                var member = random.Next(last.Length);
                var to = Math.Max(last[member], Math.Max(0, second - random.Next(random.Next(2) == 0 ? 1 : seconds * 2)));
                ring.Move(last[member], to);
                last[member] = to;
            }

            foreach (var length in new[] { 1, seconds / 2, seconds - 1, seconds })
            {
                Assert.Equal(last.LongCount(s => s != DistinctRing.Never && s > second - length), ring.CountLast(length));
            }

            Assert.Equal(last.LongCount(s => s != DistinctRing.Never), ring.Total);
        }
    }

    [Fact]
    public void TakesSecondsAndSingleMembersOut()
    {
        var ring = new DistinctRing(5);
        Assert.Equal((0, 0), (ring.Take(3), ring.CountLast(5)));
        for (var second = 0; second < 20; second++)
        {
            ring.Open(second);
            ring.Move(DistinctRing.Never, second);
            ring.Move(DistinctRing.Never, second);
            ring.Remove(second);
            Assert.Equal(second >= 4 ? 1 : 0, ring.Take(second - 4));
            Assert.Equal(Math.Min(second + 1, 4), ring.CountLast(5));
            Assert.Equal(0, ring.Take(second - 5));
        }
    }
}
