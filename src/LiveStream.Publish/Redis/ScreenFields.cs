using System.Globalization;
using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// The flat fields of <c>live:{room}:screen</c>: of the session, settled. Ratios are in 1/10,000 as integers, rounded half up;
/// what is null is an empty string.
/// </summary>
internal static class ScreenFields
{
    /// <summary>Names in the order of <see cref="Values"/>.</summary>
    public static readonly string[] Names =
    [
        "version", "asOf", "session", "roomName", "status", "elapsedMs", "online", "peak", "viewers", "entries", "likes", "barrages",
        "clicks", "carts", "orders", "paidOrders", "gmv", "buyers", "interactionRate", "dealRate", "retention10m", "averageStayMs", "arppu",
    ];

    /// <summary>Values of a snapshot.</summary>
    public static RedisValue[] Values(SessionSnapshot snapshot, string roomName, string session, string status)
    {
        var whole = snapshot.SessionWindow;
        return
        [
            snapshot.AsOfMs,
            snapshot.AsOfMs,
            session,
            roomName,
            status,
            snapshot.AsOfMs - snapshot.StartMs,
            snapshot.Online.Now,
            snapshot.Online.Peak,
            whole.Viewers,
            whole.Entries,
            whole.Events[(int)EventType.Like],
            whole.Events[(int)EventType.Barrage],
            whole.Events[(int)EventType.Click],
            whole.Events[(int)EventType.Cart],
            whole.Trade.Orders,
            whole.Trade.PaidOrders,
            Whole(whole.Trade.GmvMinor),
            whole.Trade.Buyers,
            Rounded(whole.InteractionRate, 10_000),
            Rounded(whole.DealRate, 10_000),
            Rounded(TenMinutes(snapshot), 10_000),
            Rounded(snapshot.Whole.AverageStayMs, 1),
            Rounded(whole.Trade.Arppu, 1),
        ];
    }

    /// <summary>Decoded UTF-8.</summary>
    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static Ratio TenMinutes(SessionSnapshot snapshot)
    {
        foreach (var window in snapshot.Windows)
        {
            if (string.Equals(window.Name, "10m", StringComparison.Ordinal))
            {
                return window.Retention ?? default;
            }
        }

        return default;
    }

    private static RedisValue Rounded(Ratio ratio, long scale)
    {
        if (ratio.Denominator == 0)
        {
            return "";
        }

        var doubled = (2 * scale * ratio.Numerator) + ratio.Denominator;
        var divisor = 2 * ratio.Denominator;
        var quotient = doubled / divisor;
        return Whole(doubled % divisor < 0 ? quotient - 1 : quotient);
    }

    private static RedisValue Whole(Int128 value) =>
        value >= long.MinValue && value <= long.MaxValue ? (long)value : value.ToString(CultureInfo.InvariantCulture);
}
