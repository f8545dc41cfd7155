using LiveStream.Metrics.Events;
using LiveStream.Metrics.Funnels;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Sessions;

/// <summary>Trade state is for those who touch products or trade; everyone else has none.</summary>
public sealed class TradeStateTests
{
    private static readonly EventType[] Products = [EventType.Click, EventType.Impression, EventType.Cart, EventType.Payment, EventType.Order];

    [Theory]
    [MemberData(nameof(ViewerTypes))]
    public void OnlyProductAndTradeEventsCostARow(EventType type)
    {
        var viewers = new ViewerTable();
        var rows = new TradeRows(viewers);
        var windows = WindowSpec.From(new EngineOptions());
        var reach = new Reach(viewers, rows, windows);
        var funnels = FunnelOptions.Defaults.Select((f, i) => new Funnel(f, i, windows, viewers, rows)).ToArray();
        for (var viewer = 0; viewer < 500; viewer++)
        {
            Assert.Equal(viewer, viewers.GetOrAdd((ulong)viewer * 0x9E37_79B9_7F4A_7C15));
            viewers.Rows[viewer].FirstMs = 0;
            var slice = new Slice { Events = [new RoomEvent { Type = type, TimeMs = 1 }], Details = [], Viewers = [viewer], Products = [0], OriginMs = 0, Second = 0 };
            reach.Apply(slice);
            foreach (var funnel in funnels)
            {
                funnel.Apply(slice);
            }
        }

        Assert.Equal(Products.Contains(type) ? 500 : 0, rows.Count);
    }

    public static TheoryData<EventType> ViewerTypes => [.. Enumerable.Range(0, EventTypes.ViewerCount).Select(t => (EventType)t)];
}
