using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Exact quotients and how they are written: <c>{"num", "den", "value"}</c>, value null when den is 0.</summary>
internal static class Ratio
{
    private static readonly BigInteger ExactInDouble = BigInteger.One << 53;

    public static void WriteRatio(this Utf8JsonWriter json, string name, BigInteger num, BigInteger den)
    {
        json.WriteStartObject(name);
        json.WriteInteger("num", num);
        json.WriteInteger("den", den);
        if (den.IsZero)
        {
            json.WriteNull("value");
        }
        else
        {
            json.WriteNumber("value", Nearest(num, den));
        }

        json.WriteEndObject();
    }

    public static void WriteInteger(this Utf8JsonWriter json, string name, BigInteger value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The double nearest to num / den, ties to even; num is not negative, den is positive.</summary>
    public static double Nearest(BigInteger num, BigInteger den)
    {
        if (num <= ExactInDouble && den <= ExactInDouble)
        {
            return (double)num / (double)den;
        }

        // A quotient of 55 to 57 bits whose last bit also stands for all that follows rounds like the whole.
        var shift = 56 - (int)(num.GetBitLength() - den.GetBitLength());
        var quotient = BigInteger.DivRem(
            shift > 0 ? num << shift : num,
            shift < 0 ? den << -shift : den,
            out var remainder);
        return Math.ScaleB((double)(ulong)(remainder.IsZero ? quotient : quotient | BigInteger.One), -shift);
    }

    /// <summary>Plain loops over millions of lines stay affordable when only the rare sum needs more than 64 bits.</summary>
    public static BigInteger Total<T>(this IEnumerable<T> items, Func<T, long> value)
    {
        Int128 sum = 0;
        foreach (var item in items)
        {
            sum += value(item);
        }

        return sum;
    }
}
