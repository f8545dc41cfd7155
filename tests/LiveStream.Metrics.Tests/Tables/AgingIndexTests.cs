using LiveStream.Metrics.Names;
using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Tests.Tables;

public sealed class AgingIndexTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void RemembersTheNewestHalfAtLeastAndNeverMoreThanItsCap(int cap)
    {
        var random = new Random(cap);
        var index = new AgingIndex(cap);
        var newest = new List<ulong>();
        var numbers = new Dictionary<ulong, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = NameHash.Combine((ulong)random.Next(cap * 3), 1);
            var number = index.GetOrAdd(key, out var added);
            if (added)
            {
                Assert.DoesNotContain(key, newest.TakeLast(cap / 2));
                newest.Add(key);
                numbers[key] = number;
            }

            Assert.Equal(numbers[key], number);
            Assert.InRange(index.Count, 1, Math.Max(2, cap));
            Assert.InRange(number, 0, Math.Max(2, cap) - 1);
        }

        Assert.True(index.Forgot);
    }

    [Fact]
    public void ForgetsNothingBelowItsCap()
    {
        var index = new AgingIndex(100);
        var numbers = Enumerable.Range(0, 100).Select(i => index.GetOrAdd(NameHash.Combine((ulong)i, 2), out _)).ToList();
        Assert.Equal(Enumerable.Range(0, 100), numbers);
        Assert.Equal(Enumerable.Range(0, 100), Enumerable.Range(0, 100).Select(i => index.GetOrAdd(NameHash.Combine((ulong)i, 2), out _)));
        Assert.False(index.Forgot);
    }
}
