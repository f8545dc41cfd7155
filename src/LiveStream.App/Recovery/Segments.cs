using System.Buffers;

namespace LiveStream.App.Recovery;

/// <summary>Chains pieces of memory to one sequence, without copying: a checkpoint is larger than one array should be.</summary>
internal static class Segments
{
    /// <summary>The pieces, one after the other.</summary>
    public static ReadOnlySequence<byte> Of(params IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var piece in pieces.Where(piece => !piece.IsEmpty))
        {
            last = new Segment(piece, last);
            first ??= last;
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    /// <summary>The pieces that a sequence consists of.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlySequence<byte> sequence)
    {
        foreach (var piece in sequence)
        {
            yield return piece;
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
