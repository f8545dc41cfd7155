using System.Text;

namespace LiveStream.Oracle;

/// <summary>The ordinal order of the specification: by UTF-8 bytes, which UTF-16 code units do not give; null comes first.</summary>
internal sealed class Utf8Order : IComparer<string?>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var common = x.AsSpan().CommonPrefixLength(y);
        if (common < x.Length && common < y.Length && x[common] < 0x80 && y[common] < 0x80)
        {
            return x[common] - y[common];
        }

        return Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));
    }

    public static string? Smallest(IEnumerable<string?> names) => names.Order(Instance).FirstOrDefault();
}
