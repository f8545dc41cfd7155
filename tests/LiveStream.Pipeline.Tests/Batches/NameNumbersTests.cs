using System.Text;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Tests.Batches;

public sealed class NameNumbersTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 5000)]
    [InlineData(3, 60_000)]
    public void IsADictionaryWithinAGeneration(int seed, int different)
    {
        var random = new Random(seed);
        var numbers = new NameNumbers();
        for (var generation = 0; generation < 3; generation++)
        {
            Assert.Equal((generation, 0), (numbers.Generation, numbers.Count));
            var model = new Dictionary<string, int>();
            var told = new HashSet<(int Lane, int Number)>();
            for (var i = 0; i < 30_000; i++)
            {
                var name = new string('名', random.Next(4)) + random.Next(different);
                var text = Encoding.UTF8.GetBytes(name);
                var number = numbers.Of(text, NameHash.Compute(text));
                Assert.True(model.TryAdd(name, number) ? number == model.Count - 1 : number == model[name]);
                Assert.Equal(text, numbers.TextOf(number));
                Assert.Equal(NameHash.Compute(text), numbers.HashOf(number));
                var lane = random.Next(3) switch { 0 => 0, 1 => NameNumbers.MaxLanes - 1, _ => random.Next(NameNumbers.MaxLanes) };
                Assert.Equal(told.Add((lane, number)), numbers.IsNewTo(lane, number));
                Assert.False(numbers.IsNewTo(lane, number));
            }

            Assert.Equal(model.Count, numbers.Count);
            numbers.BeginGeneration();
        }
    }

    // Names with one hash are told apart by their bytes.
    [Fact]
    public void NamesWithTheSameHashAreNotTheSame()
    {
        var numbers = new NameNumbers();
        Assert.Equal([0, 1, 2, 1], new[] { "a", "b", "aa", "b" }.Select(name => numbers.Of(Encoding.UTF8.GetBytes(name), 7)));
    }

    [Theory]
    [InlineData(5, 1 << 17)]
    [InlineData(128, 1 << 17)]
    [InlineData(2000, (1 << 24) / 2000)]
    public void IsFullByNamesOrByBytes(int bytes, int names)
    {
        var numbers = new NameNumbers();
        var text = new byte[bytes];
        var count = 0;
        for (; !numbers.IsFull; count++)
        {
            BitConverter.TryWriteBytes(text, count);
            numbers.Of(text, NameHash.Compute(text));
            Assert.InRange(count, 0, 1 << 18);
        }

        Assert.InRange(count, names, names + 1);
        numbers.BeginGeneration();
        Assert.False(numbers.IsFull);
    }
}
