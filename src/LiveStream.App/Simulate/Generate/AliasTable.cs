using System.Runtime.CompilerServices;

namespace LiveStream.App.Simulate;

/// <summary>Draws from a fixed discrete distribution in constant time (alias method; Walker 1977, built as in Vose 1991).</summary>
internal sealed class AliasTable
{
    private readonly ulong[] _cells;

    /// <param name="weights">At least one, none negative, with a positive sum.</param>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        var n = weights.Length;
        var sum = 0.0;
        foreach (var w in weights)
        {
            sum += w;
        }

        Shares = new double[n];
        var scaled = new double[n];
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var i = 0; i < n; i++)
        {
            Shares[i] = weights[i] / sum;
            scaled[i] = Shares[i] * n;
            (scaled[i] < 1 ? small : large).Push(i);
        }

        _cells = new ulong[n];
        while (small.Count > 0 && large.Count > 0)
        {
            var s = small.Pop();
            var l = large.Peek();
            _cells[s] = Cell(scaled[s], l);
            scaled[l] -= 1 - scaled[s];
            if (scaled[l] < 1)
            {
                small.Push(large.Pop());
            }
        }

        foreach (var i in small.Concat(large))
        {
            _cells[i] = Cell(1, i);
        }
    }

    /// <summary>The normalised weights.</summary>
    public double[] Shares { get; }

    /// <summary>Weights 1/k^<paramref name="exponent"/> for k = 1..<paramref name="count"/>.</summary>
    public static AliasTable Zipf(int count, double exponent)
    {
        var weights = new double[count];
        for (var k = 0; k < count; k++)
        {
            weights[k] = Math.Pow(k + 1, -exponent);
        }

        return new AliasTable(weights);
    }

    /// <summary>The index that 64 random bits stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Pick(ulong bits)
    {
        var index = (int)(((bits & uint.MaxValue) * (ulong)_cells.Length) >> 32);
        var cell = _cells[index];
        return (uint)(bits >> 32) <= (uint)cell ? index : (int)(cell >> 32);
    }

    private static ulong Cell(double threshold, int alias) =>
        ((ulong)alias << 32) | (uint)Math.Min(uint.MaxValue, Math.Max(0, threshold) * 4294967296.0);
}
