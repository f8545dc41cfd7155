using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Viewers;

public sealed class OnlineCurveTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1000)]
    [InlineData(3, 1)]
    public void KnowsTheFirstPeakAndTheMean(int seed, int most)
    {
        var random = new Random(seed);
        var curve = new OnlineCurve();
        var samples = new List<(long Online, long AtMs)>();
        for (var i = 1; i < 300; i++)
        {
            samples.Add((random.Next(most), i * 1000));
            curve.Sample(samples[^1].Online, samples[^1].AtMs);
            var peak = samples.Max(s => s.Online);
            var mean = new Ratio(samples.Sum(s => s.Online), i);
            Assert.Equal(new OnlineFigures(samples[^1].Online, peak, samples.First(s => s.Online == peak).AtMs, mean), curve.Figures);
            Assert.Equal(samples[^1].Online, curve.Now);
            var copy = new OnlineCurve();
            Made.HandOver(curve.Save, copy.Restore);
            curve = copy;
        }
    }
}
