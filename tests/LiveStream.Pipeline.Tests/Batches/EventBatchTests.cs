using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Tests.Batches;

public sealed class EventBatchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void GivesBackWhatWasAppendedHoweverOftenItIsReused(int seed)
    {
        var batch = new EventBatch(700);
        var random = new Random(seed);
        for (var round = 0; round < 5; round++)
        {
            var events = RandomLog.Create(random.Next(), 700);
            events[random.Next(700)] = events[0] with { Product = new string('長', 40), Order = new string('o', 64), Type = EventType.Payment };
            foreach (var e in events)
            {
                Assert.False(batch.IsFull);
                e.AddTo(batch);
            }

            Assert.True(batch.IsFull);
            Assert.Equal(events.Max(e => e.TimeMs), batch.LargestTimeMs);
            for (var i = 0; i < events.Count; i++)
            {
                AssertSame(events[i], batch, batch.Events[i]);
            }

            Assert.Equal(batch.NameCount, Enumerable.Range(0, batch.NameCount).Select(n => Name(batch, n)).Distinct().Count());
            batch.Clear();
            Assert.Equal((0, 0, false), (batch.Count, batch.NameCount, batch.IsFull));
        }
    }

    private static void AssertSame(TestEvent expected, EventBatch batch, RoomEvent e)
    {
        var isTrade = EventTypes.IsTrade(expected.Type);
        Assert.Equal((expected.Type, expected.TimeMs, expected.Room), (e.Type, e.TimeMs, Name(batch, e.Room)));
        Assert.Equal((expected.Session, expected.Product), (Name(batch, e.Session), Name(batch, e.Product)));
        Assert.Equal(expected.Type is EventType.Like or EventType.Gift ? expected.Count : expected.Quantity, e.Count);
        Assert.Equal(isTrade || expected.Type == EventType.Stock, e.Detail >= 0);
        Assert.Equal(EventTypes.IsViewer(expected.Type), e.Viewer != 0);
        if (isTrade)
        {
            var detail = batch.Detail(e.Detail);
            Assert.Equal((expected.Amount, expected.Order), (detail.Value, Encoding.UTF8.GetString(batch.Text(detail.OrderOffset, detail.OrderLength))));
            Assert.Equal(expected.Id.Length == 0, detail.Id == 0);
        }
    }

    private static string Name(EventBatch batch, int name) => name < 0 ? "" : Encoding.UTF8.GetString(batch.NameText(name));
}
