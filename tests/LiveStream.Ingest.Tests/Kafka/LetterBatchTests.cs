using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class LetterBatchTests
{
    [Fact]
    public void A_batch_without_letters_is_written_when_it_is_closed()
    {
        var batch = new LetterBatch(Task.CompletedTask);
        Assert.False(batch.Written.IsCompleted);
        batch.Close();
        Assert.True(batch.Written.IsCompletedSuccessfully);
    }

    [Fact]
    public void It_waits_for_each_of_its_letters()
    {
        var batch = new LetterBatch(Task.CompletedTask);
        batch.Add();
        batch.Add();
        batch.Remove();
        batch.Close();
        Assert.False(batch.Written.IsCompleted);
        batch.Remove();
        Assert.True(batch.Written.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task It_waits_for_the_letters_of_the_batches_before()
    {
        var first = new LetterBatch(Task.CompletedTask);
        first.Add();
        var second = new LetterBatch(first.Written);
        first.Close();
        second.Add();
        second.Close();
        second.Remove();
        Assert.False(second.Written.IsCompleted);
        first.Remove();
        await second.Written.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Letters_confirmed_by_many_threads_are_all_waited_for()
    {
        var batch = new LetterBatch(Task.CompletedTask);
        var left = 10_000;
        for (var i = 0; i < left; i++)
        {
            batch.Add();
        }

        batch.Close();
        var observed = batch.Written.ContinueWith(_ => Volatile.Read(ref left), TaskScheduler.Default);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2_500; i++)
            {
                Interlocked.Decrement(ref left);
                batch.Remove();
            }
        })));
        Assert.Equal(0, await observed);
    }
}
