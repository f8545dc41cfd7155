using System.Numerics;

namespace LiveStream.Metrics.Snapshots;

/// <summary>An exact quotient: both parts are published beside the nearest double.</summary>
/// <param name="Numerator">Published as <c>num</c>.</param>
/// <param name="Denominator">Published as <c>den</c>; never negative.</param>
public readonly record struct Ratio(Int128 Numerator, Int128 Denominator)
{
    private const long LargestExactInDouble = 1L << 53;

    /// <summary>The double nearest to the exact quotient (ties to even), or null when the denominator is 0.</summary>
    public double? Value
    {
        get
        {
            if (Denominator == 0)
            {
                return null;
            }

            var exact = Int128.Abs(Numerator) <= LargestExactInDouble && Denominator <= LargestExactInDouble;
            return exact ? (double)(long)Numerator / (long)Denominator : NearestQuotient(Numerator, Denominator);
        }
    }

    /// <summary>The quotient over both populations together, which are disjoint.</summary>
    public Ratio Plus(in Ratio other) => new(Numerator + other.Numerator, Denominator + other.Denominator);

    private static double NearestQuotient(Int128 numerator, Int128 denominator)
    {
        BigInteger n = BigInteger.Abs(numerator);
        BigInteger d = denominator;
        if (n.IsZero)
        {
            return 0;
        }

        // Scale so that the integer quotient has 55..56 bits: 53 for the result, a rounding bit, and the remainder as sticky bit.
        var shift = 55 - ((int)n.GetBitLength() - (int)d.GetBitLength());
        var scaled = shift >= 0 ? n << shift : n;
        var divisor = shift >= 0 ? d : d << -shift;
        var quotient = (ulong)BigInteger.DivRem(scaled, divisor, out var remainder);
        var extra = 64 - BitOperations.LeadingZeroCount(quotient) - 53;
        var kept = quotient >> extra;
        var rest = quotient & ((1UL << extra) - 1);
        var half = 1UL << (extra - 1);
        if (rest > half || (rest == half && (!remainder.IsZero || (kept & 1) == 1)))
        {
            kept++;
        }

        var magnitude = Math.ScaleB((double)kept, extra - shift);
        return numerator < 0 ? -magnitude : magnitude;
    }
}
