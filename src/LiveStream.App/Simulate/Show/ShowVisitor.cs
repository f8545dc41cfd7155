using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>How far a purchase has come: what its buyer does next.</summary>
internal enum SaleStep : byte
{
    None,
    Cart,
    Order,
    Payment,
}

/// <summary>A person in a room.</summary>
internal struct ShowVisitor
{
    public int Viewer;
    public int Turn;
    public int ActTurn;
    public int LeaveTurn;
    public int Place;
    public double Engagement;
    public bool Follows;
    public bool IsSilent;
    public Flag NewBuyer;
    public SaleStep NextStep;
    public int Product;
    public int SecondProduct;
    public int Quantity;
    public long Order;
    public long CouponMinor;
}
