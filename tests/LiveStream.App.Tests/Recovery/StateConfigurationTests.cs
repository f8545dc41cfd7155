using LiveStream.App.Recovery;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.App.Tests.Recovery;

public sealed class StateConfigurationTests
{
    private static readonly byte[] Key = new byte[32];
    private static readonly EngineOptions Default = new();

    public static TheoryData<EngineOptions> Shaping { get; } =
    [
        Default with { LatenessMs = 1 },
        Default with { PresenceTimeoutMs = 1000 },
        Default with { SessionIdleMinutes = 1 },
        Default with { WindowMinutes = [1, 5] },
        Default with { Funnels = [] },
        Default with { Funnels = [.. FunnelOptions.Defaults.Reverse()] },
        Default with { Funnels = [FunnelOptions.Defaults[0] with { WithinMs = 1 }, FunnelOptions.Defaults[1]] },
        Default with { Funnels = [FunnelOptions.Defaults[0] with { Steps = [EventType.Click, EventType.Payment] }, FunnelOptions.Defaults[1]] },
        Default with { HotProducts = new HotProductOptions(Top: 11) },
        Default with { HotProducts = new HotProductOptions(Click: 2) },
    ];

    public static TheoryData<EngineOptions> Harmless { get; } =
    [
        Default with { },
        Default with { Currency = "EUR", MinorDigits = 0 },
        Default with { IdleMs = 1, MaxAheadMs = 60_000 },
        Default with { Caps = new CapOptions { MaxViewers = 1 } },
    ];

    [Theory]
    [MemberData(nameof(Shaping))]
    public void What_shapes_the_numbers_changes_the_hash(EngineOptions options) =>
        Assert.NotEqual(StateConfiguration.HashOf(Default, Key), StateConfiguration.HashOf(options, Key));

    [Theory]
    [MemberData(nameof(Harmless))]
    public void What_does_not_leaves_it(EngineOptions options) =>
        Assert.Equal(StateConfiguration.HashOf(Default, Key), StateConfiguration.HashOf(options, Key));

    [Fact]
    public void Another_identity_key_changes_it_and_cannot_be_read_from_it()
    {
        byte[] other = [.. Key[1..], 1];
        Assert.NotEqual(StateConfiguration.HashOf(Default, Key), StateConfiguration.HashOf(Default, other));
        Assert.DoesNotContain(Convert.ToHexStringLower(Key), StateConfiguration.HashOf(Default, Key), StringComparison.Ordinal);
    }
}
