using System.Numerics;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Snapshots;

public sealed class RatioTests
{
    [Fact]
    public void TheValueIsTheNearestDouble()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var (n, d) = (Number(random), Number(random));
            if (d != 0)
            {
                Check(random.Next(3) == 0 ? -n : n, d);
            }
        }
    }

    [Theory]
    [InlineData("9007199254740993", "1")]
    [InlineData("9007199254740995", "1")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("18014398509481985", "2")]
    [InlineData("170141183460469231731687303715884105727", "3")]
    [InlineData("1", "170141183460469231731687303715884105727")]
    [InlineData("170141183460469231731687303715884105727", "170141183460469231731687303715884105726")]
    [InlineData("-9007199254740993", "2")]
    [InlineData("0", "170141183460469231731687303715884105727")]
    public void TiesAndLimitsToo(string numerator, string denominator) => Check(Int128.Parse(numerator), Int128.Parse(denominator));

    [Fact]
    public void NothingDividedByNothingIsNull() => Assert.Null(new Ratio(5, 0).Value);

    private static Int128 Number(Random random) => ((Int128)random.NextInt64() << random.Next(60)) >> random.Next(100);

    // The nearest double is no farther from the exact quotient than its neighbours, and even where it is as far as one.
    private static void Check(Int128 numerator, Int128 denominator)
    {
        var value = new Ratio(numerator, denominator).Value!.Value;
        var error = Distance(value, numerator, denominator, out var scale);
        foreach (var neighbour in new[] { Math.BitDecrement(value), Math.BitIncrement(value) })
        {
            var other = Distance(neighbour, numerator, denominator, out var otherScale);
            var compared = (error * otherScale).CompareTo(other * scale);
            var isEven = (BitConverter.DoubleToInt64Bits(value) & 1) == 0;
            Assert.True(compared < 0 || (compared == 0 && isEven), $"{numerator}/{denominator} gave {value:R}");
        }
    }

    // |value - n/d| as a fraction over (d x scale), exact.
    private static BigInteger Distance(double value, Int128 n, Int128 d, out BigInteger scale)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = Math.Max(1, (int)(bits >> 52)) - 1075;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (bits >> 52 == 0 ? 0 : 1L << 52);
        mantissa = value < 0 ? -mantissa : mantissa;
        scale = exponent < 0 ? BigInteger.One << -exponent : 1;
        return BigInteger.Abs((mantissa * d * (exponent < 0 ? 1 : BigInteger.One << exponent)) - ((BigInteger)n * scale));
    }
}
