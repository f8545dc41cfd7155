using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class LogBoundsTests
{
    private const long Now = 1_700_000_000_000;

    [Fact]
    public void A_log_that_begins_at_0_is_whole() =>
        Assert.Null(LogBounds.CutBeforeMs([new LogBounds(0, 100, null), new LogBounds(0, 0, null)], Now));

    [Fact]
    public void The_cut_is_a_minute_after_the_youngest_of_the_first_retained_records() =>
        Assert.Equal(2_060_000, LogBounds.CutBeforeMs([new LogBounds(5, 100, 1_000_000), new LogBounds(0, 100, null), new LogBounds(7, 9, 2_000_000)], Now));

    [Fact]
    public void A_log_of_which_nothing_is_left_may_have_held_anything_up_to_now() =>
        Assert.Equal(Now + 60_000, LogBounds.CutBeforeMs([new LogBounds(5, 5, null), new LogBounds(5, 100, 1_000_000)], Now));

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void Reading_can_go_on_from_the_first_retained_record_to_the_end(long offset, bool expected) =>
        Assert.Equal(expected, new LogBounds(5, 9, null).Has(offset));
}
