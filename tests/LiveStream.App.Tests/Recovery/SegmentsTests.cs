using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

public sealed class SegmentsTests
{
    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { 3, 0, 0, 4, 1 })]
    public void Pieces_are_one_sequence_in_their_order(int[] lengths)
    {
        byte next = 0;
        var pieces = lengths.Select(length => (ReadOnlyMemory<byte>)Enumerable.Range(0, length).Select(_ => next++).ToArray()).ToArray();
        var sequence = Segments.Of(pieces);
        Assert.Equal(Enumerable.Range(0, lengths.Sum()).Select(i => (byte)i), sequence.ToArray());
        Assert.Equal(lengths.Where(length => length > 0), Segments.Pieces(sequence).Where(piece => !piece.IsEmpty).Select(piece => piece.Length));
    }
}
