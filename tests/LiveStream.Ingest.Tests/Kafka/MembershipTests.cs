using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class MembershipTests
{
    private readonly TestClock _time = new();
    private readonly LogProbe _log = new();
    private readonly MonotonicClock _clock;
    private readonly Membership _membership;

    public MembershipTests()
    {
        _clock = new MonotonicClock(_time);
        _membership = new Membership(6_000, _clock, _log);
    }

    [Fact]
    public void A_loop_that_runs_leaves_no_doubt()
    {
        for (var i = 0; i < 10; i++)
        {
            _time.Pass(4_000);
            Assert.True(_membership.IsCertain);
            Assert.False(_membership.OnRound(canProve: true));
        }
    }

    [Fact]
    public void A_standstill_is_doubt_before_the_loop_has_noticed()
    {
        _time.Pass(4_800);
        Assert.False(_membership.IsCertain);
        Assert.True(_membership.OnRound(canProve: true));
        Assert.False(_membership.IsCertain);
        Assert.Equal(1, _log.Count("stood still for 4.8 s"));
    }

    [Fact]
    public void Doubt_lasts_until_a_commit_from_after_it_was_taken()
    {
        var before = _clock.NowMs;
        _time.Pass(60_000);
        _membership.OnRound(canProve: true);
        _membership.OnProof(before);
        _time.Pass(60_000);
        Assert.True(_membership.OnRound(canProve: true));
        Assert.False(_membership.IsCertain);
        _membership.OnProof(_clock.NowMs);
        Assert.True(_membership.IsCertain);
        Assert.False(_membership.OnRound(canProve: true));
        Assert.Equal(1, _log.Count("stood still"));
    }

    [Fact]
    public void One_that_is_shut_out_comes_back_but_not_twice_within_a_minute()
    {
        Assert.True(_membership.MayComeBack());
        _time.Pass(59_999);
        Assert.False(_membership.MayComeBack());
        _time.Pass(60_000);
        Assert.True(_membership.MayComeBack());
    }

    [Fact]
    public void One_that_came_back_since_its_groups_were_taken_over_has_used_up_its_chance()
    {
        _membership.OnComingBack();
        _time.Pass(59_999);
        Assert.False(_membership.MayComeBack());
        _time.Pass(60_000);
        _membership.OnComingBack();
        _time.Pass(60_000);
        Assert.True(_membership.MayComeBack());
    }

    [Fact]
    public void Where_nothing_is_committed_a_while_without_news_has_to_do()
    {
        _time.Pass(60_000);
        Assert.True(_membership.OnRound(canProve: false));
        _time.Pass(2_999);
        Assert.True(_membership.OnRound(canProve: false));
        _time.Pass(1);
        Assert.False(_membership.OnRound(canProve: false));
        Assert.True(_membership.IsCertain);
    }
}
