using System.Buffers;
using System.Collections.Concurrent;
using LiveStream.Pipeline.Output;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// What lanes of one engine send each other: parts of wide rooms. A box is bounded by what its senders were told by the intake and the
/// receiver was not, which the receiver's full channel stops. Shared by the lanes.
/// </summary>
internal sealed class LanePost(int lanes)
{
    private readonly ConcurrentQueue<LaneLetter>[] _boxes = [.. Enumerable.Range(0, lanes).Select(_ => new ConcurrentQueue<LaneLetter>())];

    /// <summary>Called after a letter was sent, with the receiver; set before any is.</summary>
    public Action<int> Wake { get; set; } = _ => { };

    /// <summary>Sends a letter.</summary>
    public void Send(int lane, LaneLetter letter)
    {
        _boxes[lane].Enqueue(letter);
        Wake(lane);
    }

    /// <summary>Takes the oldest letter to a lane.</summary>
    public bool TryTake(int lane, out LaneLetter letter) => _boxes[lane].TryDequeue(out letter);
}

/// <summary>A letter between lanes; one of its contents is there.</summary>
/// <param name="Group">Partition group.</param>
/// <param name="Room">Room id.</param>
internal readonly record struct LaneLetter(int Group, byte[] Room)
{
    /// <summary>A part of a session.</summary>
    public WidePart? Part { get; init; }

    /// <summary>The room as it was when it became wide.</summary>
    public ReadOnlySequence<byte>? Image { get; init; }

    /// <summary>How many of the events that wait in the image are the receiver's: nobody else counts them.</summary>
    public int Pending { get; init; }

    /// <summary>Live numbers of a lane's part.</summary>
    public LiveFigures? Live { get; init; }

    /// <summary>The lane that sent it.</summary>
    public int From { get; init; }
}
