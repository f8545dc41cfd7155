namespace LiveStream.Metrics.Options;

/// <summary>How products are ranked: the weight of one event of each kind (0..1,000,000) and the length of the list (1..100).</summary>
public sealed record HotProductOptions(int Click = 1, int Cart = 3, int Order = 5, int Payment = 8, int Top = 10);
