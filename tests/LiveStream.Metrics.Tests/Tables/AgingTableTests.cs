using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Tests.Tables;

public sealed class AgingTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void RemembersTheNewestHalfAtLeastAndNeverMoreThanItsCap(int cap)
    {
        var random = new Random(cap);
        var table = new AgingTable<Row>(cap);
        var used = new List<ulong>();
        var values = new Dictionary<ulong, int>();
        for (var i = 1; i <= 20_000; i++)
        {
            var key = Made.Key(random.Next(cap * 3));
            ref var row = ref table.GetOrAdd(key, out var added);
            if (added)
            {
                Assert.DoesNotContain(key, used.TakeLast(cap / 2));
                Assert.Equal(0, row.Value);
            }
            else
            {
                Assert.Equal(values[key], row.Value);
            }

            values[key] = row.Value = i;
            used.Remove(key);
            used.Add(key);
            Assert.Equal(key, row.Key);
            Assert.InRange(table.Count, 1, Math.Max(2, cap));
            if (random.Next(1000) == 0)
            {
                var copy = new AgingTable<Row>(cap);
                Made.HandOver(table.Save, copy.Restore);
                table = copy;
            }
        }

        Assert.True(table.Forgot);
    }

    [Fact]
    public void ForgetsNothingBelowItsCap()
    {
        var table = new AgingTable<Row>(100);
        for (var i = 0; i < 100; i++)
        {
            table.GetOrAdd(Made.Key(i), out _).Value = i;
        }

        Assert.False(table.Forgot);
        Assert.Equal(100, table.Count);
        Assert.Equal((99, false), (table.GetOrAdd(Made.Key(99), out var added).Value, added));
    }

    // The half that is young after 100 rows is 50..99; the use of 10 makes the next generation begin with it.
    [Fact]
    public void ARowThatIsUsedAgainBecomesYoung()
    {
        var table = new AgingTable<Row>(100);
        for (var i = 0; i < 100; i++)
        {
            table.GetOrAdd(Made.Key(i), out _).Value = i;
        }

        Assert.Equal((10, false), (table.GetOrAdd(Made.Key(10), out var added).Value, added));
        for (var i = 100; i < 149; i++)
        {
            table.GetOrAdd(Made.Key(i), out _).Value = i;
        }

        Assert.Equal((10, false), (table.GetOrAdd(Made.Key(10), out added).Value, added));
        table.GetOrAdd(Made.Key(11), out added);
        Assert.True(added && table.Forgot);
    }

    private struct Row : IKeyed
    {
        public int Value;

        public ulong Key { readonly get; set; }
    }
}
