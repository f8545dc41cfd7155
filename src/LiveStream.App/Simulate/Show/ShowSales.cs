using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// The way from a click to a payment and what may follow: cart, order (one in ten with a second product), payment after a coupon,
/// or cancellation, refunds minutes later. Nothing is paid that was not ordered, refunded that was not paid, or sold beyond the stock.
/// </summary>
internal sealed class ShowSales(ShowAgenda agenda)
{
    private const double CartAfterClick = 0.14;
    private const double OrderAtOnceAfterClick = 0.008;
    private const double OrderAfterCart = 0.25;
    private const double PaymentAfterOrder = 0.85;
    private const double CancelWhenUnpaid = 0.5;
    private const double RefundAfterPayment = 0.03;
    private const int NoProduct = -1;
    private const int AfterEndMs = 30_000;

    private readonly Dictionary<int, SimulatedEvent> _afterwards = [];

    /// <summary>Whether a cancellation or a refund is still to come.</summary>
    public bool IsAnythingToFollow => _afterwards.Count > 0;

    public void Click(ShowRoom room, int slot, ref ShowVisitor visitor, int product)
    {
        agenda.Emit(new SimulatedEvent { Type = EventType.Click, Room = room.Index, Viewer = visitor.Viewer, Product = product });
        if (visitor.NextStep != SaleStep.None)
        {
            return;
        }

        var draw = agenda.Random.Unit();
        if (draw < CartAfterClick)
        {
            Begin(SaleStep.Cart, agenda.Random.Between(3_000, 20_000), room, slot, ref visitor, product);
        }
        else if (draw < CartAfterClick + (OrderAtOnceAfterClick * room.Factors.Order))
        {
            Begin(SaleStep.Order, agenda.Random.Between(5_000, 30_000), room, slot, ref visitor, product);
        }
    }

    /// <summary>Takes the next step of a visitor's purchase.</summary>
    public void Proceed(ShowRoom room, int slot, ref ShowVisitor visitor)
    {
        switch (visitor.NextStep)
        {
            case SaleStep.Cart:
                agenda.Emit(new SimulatedEvent
                {
                    Type = EventType.Cart, Room = room.Index, Viewer = visitor.Viewer, Product = visitor.Product, Quantity = visitor.Quantity,
                });
                Continue(SaleStep.Order, OrderAfterCart * room.Factors.Order, agenda.Random.Between(5_000, 45_000), room, slot, ref visitor);
                break;
            case SaleStep.Order:
                Order(room, slot, ref visitor);
                break;
            case SaleStep.Payment:
                visitor.NextStep = SaleStep.None;
                Pay(room, ref visitor, visitor.Product, visitor.Quantity);
                if (visitor.SecondProduct != NoProduct)
                {
                    Pay(room, ref visitor, visitor.SecondProduct, 1);
                }

                visitor.NewBuyer = visitor.NewBuyer == Flag.Absent ? Flag.Absent : Flag.False;
                break;
        }
    }

    /// <summary>A cancellation or refund is due.</summary>
    public void Follow(int key, ShowRoom room)
    {
        _afterwards.Remove(key, out var e);
        agenda.Emit(e);
        if (e.Type == EventType.Cancel)
        {
            room.Shelf.GiveBack(e.Product, e.Quantity);
        }
    }

    private void Begin(SaleStep step, int delayMs, ShowRoom room, int slot, ref ShowVisitor visitor, int product)
    {
        visitor.Product = product;
        visitor.SecondProduct = NoProduct;
        visitor.Quantity = agenda.Random.Below(10) switch { < 8 => 1, 8 => 2, _ => 3 };
        Continue(step, 1, delayMs, room, slot, ref visitor);
    }

    private void Continue(SaleStep step, double probability, int delayMs, ShowRoom room, int slot, ref ShowVisitor visitor)
    {
        visitor.NextStep = agenda.Random.Chance(probability) ? step : SaleStep.None;
        if (visitor.NextStep != SaleStep.None)
        {
            agenda.In(delayMs, DueKind.Proceed, room.Index, slot, visitor.Turn);
        }
    }

    private void Order(ShowRoom room, int slot, ref ShowVisitor visitor)
    {
        visitor.NextStep = SaleStep.None;
        if (!room.Shelf.TryOrder(visitor.Product, visitor.Quantity))
        {
            return;
        }

        visitor.Order = agenda.NextOrder();
        visitor.CouponMinor = agenda.Random.Below(3) * 300L;
        Emit(EventType.Order, room, in visitor, visitor.Product, visitor.Quantity, 0);
        var second = room.Shelf.Pick(ref agenda.Random);
        if (agenda.Random.Chance(0.1) && second != visitor.Product && room.Shelf.TryOrder(second, 1))
        {
            visitor.SecondProduct = second;
            Emit(EventType.Order, room, in visitor, second, 1, 0);
        }

        Continue(SaleStep.Payment, PaymentAfterOrder * room.Factors.Payment, agenda.Random.Between(4_000, 60_000), room, slot, ref visitor);
        if (visitor.NextStep == SaleStep.None && agenda.Random.Chance(CancelWhenUnpaid))
        {
            var delayMs = agenda.Random.Between(30_000, 240_000);
            Later(room, Trade(EventType.Cancel, room, in visitor, visitor.Product, visitor.Quantity, 0), delayMs);
            if (visitor.SecondProduct != NoProduct)
            {
                Later(room, Trade(EventType.Cancel, room, in visitor, visitor.SecondProduct, 1, 0), delayMs);
            }
        }
    }

    private void Pay(ShowRoom room, ref ShowVisitor visitor, int product, int quantity)
    {
        var e = Trade(EventType.Payment, room, in visitor, product, quantity, visitor.CouponMinor);
        e.NewBuyer = visitor.NewBuyer;
        agenda.Emit(e);
        if (agenda.Random.Chance(RefundAfterPayment))
        {
            e.Type = EventType.Refund;
            e.NewBuyer = Flag.Absent;
            Later(room, e, agenda.Random.Between(60_000, 720_000));
        }

        if (room.Shelf.Pay(product, quantity))
        {
            room.Shelf.FillUp(product);
            agenda.Emit(new SimulatedEvent { Type = EventType.Stock, Room = room.Index, Viewer = -1, Product = product, StockUnits = room.Shelf.Stock(product) });
        }
        else if (room.Shelf.IsSoldOut(product))
        {
            agenda.Emit(new SimulatedEvent { Type = EventType.Unlist, Room = room.Index, Viewer = -1, Product = product });
        }
    }

    /// <summary>Minutes later, but soon after the end of a show: real time does not go on for one refund.</summary>
    private void Later(ShowRoom room, SimulatedEvent e, int delayMs)
    {
        if (room.EndMs is { } endMs && agenda.NowMs + delayMs > endMs + AfterEndMs)
        {
            delayMs = agenda.Random.Between(0, (int)Math.Max(0, endMs + AfterEndMs - agenda.NowMs));
        }

        var key = agenda.NextTurn();
        _afterwards.Add(key, e);
        agenda.In(delayMs, DueKind.Afterwards, e.Room, key);
    }

    private void Emit(EventType type, ShowRoom room, in ShowVisitor visitor, int product, int quantity, long couponMinor) =>
        agenda.Emit(Trade(type, room, in visitor, product, quantity, couponMinor));

    private static SimulatedEvent Trade(EventType type, ShowRoom room, in ShowVisitor visitor, int product, int quantity, long couponMinor) => new()
    {
        Type = type, Room = room.Index, Viewer = visitor.Viewer, Product = product, Quantity = quantity, Order = visitor.Order,
        AmountMinor = Math.Max(100, (room.Shelf.PriceMinor(product) * quantity) - couponMinor),
    };
}
