using System.Text;
using LiveStream.Metrics.Names;

namespace LiveStream.Metrics.Tests.Names;

public sealed class NameTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void KeptNamesKeepTheirNumbersOverSweeps(int seed)
    {
        var random = new Random(seed);
        var table = new NameTable();
        var model = new Dictionary<string, int>();
        for (var i = 0; i < 30_000; i++)
        {
            var name = $"名{random.Next(3000)}";
            var number = table.Intern(Encoding.UTF8.GetBytes(name));
            Assert.True(model.TryAdd(name, number) || model[name] == number);
            if (random.Next(2000) == 0)
            {
                var kept = model.Where(_ => random.Next(2) == 0).ToDictionary();
                table.BeginSweep();
                table.Mark(NameTable.None);
                foreach (var number1 in kept.Values)
                {
                    table.Mark(number1);
                }

                table.EndSweep();
                model = kept;
            }

            Assert.Equal(model.Count, table.Count);
        }

        Assert.All(model, pair => Assert.Equal(pair.Key, Encoding.UTF8.GetString(table[pair.Value])));
        Assert.Equal(model.Count, model.Values.Distinct().Count());
        Assert.InRange(table.UpperBound, model.Count, 3000);
    }

    [Fact]
    public void AsksForASweepWhenItHasDoubled()
    {
        var table = new NameTable();
        var first = table.Intern("stays"u8);
        for (var i = 0; !table.NeedsSweep; i++)
        {
            table.Intern(BitConverter.GetBytes(i));
            Assert.InRange(i, 0, 1 << 17);
        }

        table.BeginSweep();
        table.Mark(first);
        table.EndSweep();
        Assert.False(table.NeedsSweep);
        Assert.Equal((1, first), (table.Count, table.Intern("stays"u8)));
    }

    [Fact]
    public void ComparesByBytes()
    {
        var table = new NameTable();
        string[] ordered = ["A", "Z", "a", "aa", "é", "中", "😀"];
        var numbers = ordered.Reverse().Select(n => table.Intern(Encoding.UTF8.GetBytes(n))).Reverse().ToArray();
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var k = 0; k < ordered.Length; k++)
            {
                Assert.Equal(Math.Sign(i - k), Math.Sign(table.Compare(numbers[i], numbers[k])));
            }
        }
    }
}
