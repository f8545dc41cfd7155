namespace LiveStream.Bench.Load.Latency;

/// <summary>Latencies, by nearest rank; ms.</summary>
/// <param name="Count">How many.</param>
/// <param name="P50">Half took at most that.</param>
/// <param name="P99">99 in 100 took at most that.</param>
/// <param name="P999">999 in 1,000 took at most that.</param>
/// <param name="Max">The longest.</param>
/// <param name="Curve">Share that took at most so many ms.</param>
public sealed record Percentiles(int Count, double P50, double P99, double P999, double Max, IReadOnlyList<SharePoint> Curve)
{
    private static readonly double[] Shares = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999];

    /// <summary>Of latencies in any order.</summary>
    public static Percentiles Of(IEnumerable<double> latenciesMs)
    {
        var sorted = latenciesMs.Order().ToArray();
        return new Percentiles(
            sorted.Length, At(sorted, 0.5), At(sorted, 0.99), At(sorted, 0.999), At(sorted, 1),
            [.. Shares.Where(share => (1 - share) * sorted.Length >= 1).Select(share => new SharePoint(share, At(sorted, share)))]);
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}

/// <summary>A share of all, and what it took at most.</summary>
public readonly record struct SharePoint(double Share, double Ms);
