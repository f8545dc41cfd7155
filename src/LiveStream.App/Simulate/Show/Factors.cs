namespace LiveStream.App.Simulate;

/// <summary>By how much something multiplies the rate of arrivals, of actions per viewer, and the odds of going on to order and to pay.</summary>
internal readonly record struct Factors(
    double Arrival = 1, double Like = 1, double Barrage = 1, double Click = 1, double Lottery = 1, double Vote = 1, double Order = 1, double Payment = 1)
{
    /// <summary>Nothing differs; the default of the struct would be no rate at all.</summary>
    public static readonly Factors Unchanged = new(Arrival: 1);

    public static Factors operator *(Factors a, Factors b) => new(
        a.Arrival * b.Arrival, a.Like * b.Like, a.Barrage * b.Barrage, a.Click * b.Click,
        a.Lottery * b.Lottery, a.Vote * b.Vote, a.Order * b.Order, a.Payment * b.Payment);

    public static Factors operator /(Factors a, Factors b) => new(
        a.Arrival / b.Arrival, a.Like / b.Like, a.Barrage / b.Barrage, a.Click / b.Click,
        a.Lottery / b.Lottery, a.Vote / b.Vote, a.Order / b.Order, a.Payment / b.Payment);
}
