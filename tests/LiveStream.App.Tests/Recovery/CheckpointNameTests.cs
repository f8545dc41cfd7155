using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

public sealed class CheckpointNameTests
{
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(63, 1_790_000_000_000, 12)]
    [InlineData(int.MaxValue, long.MaxValue, long.MaxValue)]
    public void A_name_reads_as_it_is_written(int group, long epoch, long sequence)
    {
        var name = new CheckpointName(group, epoch, sequence);
        Assert.True(CheckpointName.TryParse(name.ToString(), out var read));
        Assert.Equal(name, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1-2")]
    [InlineData("1-2-3-4")]
    [InlineData("-1-2-3")]
    [InlineData("1- 2-3")]
    [InlineData("1-2-x")]
    [InlineData("1-99999999999999999999-3")]
    public void What_is_no_name_is_not_read(string? text) => Assert.False(CheckpointName.TryParse(text, out _));

    // Texts would sort 10 before 9.
    [Fact]
    public void Later_is_the_greater_epoch_then_the_greater_sequence()
    {
        CheckpointName[] inOrder = [new(1, 9, 1), new(1, 9, 9), new(1, 9, 10), new(1, 10, 1), new(1, 10, 2)];
        Assert.Equal(inOrder, inOrder.Reverse().Order());
        Assert.True(inOrder[1] < inOrder[2] && inOrder[3] > inOrder[2] && inOrder[0] <= inOrder[0] && inOrder[0] >= inOrder[0]);
    }
}

