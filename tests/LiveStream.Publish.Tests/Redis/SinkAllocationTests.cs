using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>What a lane's thread allocates for a version of a room: what is published of it, which readers keep, and little else.</summary>
public sealed class SinkAllocationTests
{
    private const int Versions = 500;

    [Fact]
    public async Task A_version_costs_the_lane_what_is_published_and_a_few_objects()
    {
        // Nobody listens there: versions replace each other in the room's mailbox.
        await using var bench = new PublisherBench("127.0.0.1:1", adjust: static options => options with { PublishEveryMs = 60_000 });
        var snapshot = PublisherBench.Snapshot("r", 1_000);
        Put(bench, Versions);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Put(bench, Versions);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Versions;
        var published = Assert.Single(bench.Publisher.Mailboxes).Latest!.Snapshot.Length;
        TestContext.Current.SendDiagnosticMessage($"{each} bytes for {published} published");
        Assert.InRange(each, published, published * 5 / 4);

        void Put(PublisherBench to, int versions)
        {
            for (var i = 0; i < versions; i++)
            {
                snapshot.AsOfMs += 1_000;
                to.Put(snapshot);
            }
        }
    }
}
