namespace LiveStream.Metrics.Trade;

/// <summary>
/// What is remembered of a viewer from his first product, trade or deeper funnel event on. Seconds are relative to the session's origin,
/// <see cref="int.MinValue"/> is never.
/// </summary>
public struct TradeRow
{
    /// <summary>Second of the latest impression.</summary>
    public int Impression;

    /// <summary>Second of the latest click.</summary>
    public int Click;

    /// <summary>Second of the latest cart.</summary>
    public int Cart;

    /// <summary>Second of the latest order.</summary>
    public int Order;

    /// <summary>Second of the latest payment.</summary>
    public int Payment;

    /// <summary>Distinct paid orders, not counted further than 2.</summary>
    public byte PaidOrders;

    /// <summary>A row at first sight.</summary>
    public static TradeRow New => new()
    {
        Impression = int.MinValue, Click = int.MinValue, Cart = int.MinValue, Order = int.MinValue, Payment = int.MinValue,
    };
}
