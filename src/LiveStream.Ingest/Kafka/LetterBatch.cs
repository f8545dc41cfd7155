namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Dead letters between two marks: <see cref="Written"/> completes when the batch is closed and every letter of it, and of all batches
/// before, has been confirmed. Letters are added and the batch is closed by the reading thread, removed by any.
/// </summary>
internal sealed class LetterBatch
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 1;

    /// <summary>A batch with the letters after those of <paramref name="before"/>.</summary>
    public LetterBatch(Task before) => Written = before.IsCompletedSuccessfully ? _empty.Task : Task.WhenAll(before, _empty.Task);

    /// <summary>Completes when nothing up to its end waits.</summary>
    public Task Written { get; }

    /// <summary>One more letter waits.</summary>
    public void Add() => Interlocked.Increment(ref _open);

    /// <summary>A letter was confirmed.</summary>
    public void Remove()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _empty.SetResult();
        }
    }

    /// <summary>No letter is added any more.</summary>
    public void Close() => Remove();
}
