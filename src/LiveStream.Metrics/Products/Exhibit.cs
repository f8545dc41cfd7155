using System.Runtime.InteropServices;

namespace LiveStream.Metrics.Products;

/// <summary>What room events said of one product, and what was sold under them.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Exhibit
{
    /// <summary>Product number.</summary>
    public int Product;

    /// <summary>Time of the event that gave the display name.</summary>
    public long DisplayNameMs;

    /// <summary>Explanations begun.</summary>
    public long Explains;

    /// <summary>Sum of the closed explanations.</summary>
    public long ExplainedMs;

    /// <summary>Clicks inside its explanations.</summary>
    public long ExplainedClicks;

    /// <summary>Payments inside its explanations.</summary>
    public long ExplainedPayments;

    /// <summary>Sum of the payments inside its explanations, minor units.</summary>
    public Int128 ExplainedGmvMinor;

    /// <summary>Whether there was a stock event.</summary>
    public bool IsStocked;

    /// <summary>Time of the latest stock event.</summary>
    public long StockMs;

    /// <summary>Units left now: the latest stock less what was paid since.</summary>
    public long StockLeft;
}
