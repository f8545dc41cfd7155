using LiveStream.App.Tests.Telemetry;
using LiveStream.Publish.Redis;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>The instruments that an operator watches have the names that dashboards know, and count.</summary>
public sealed class PublishMeterTests
{
    [Fact]
    public void What_redis_took_refused_and_lost_is_counted()
    {
        using var watch = new MeterWatch();
        using var meter = watch.Making(() => new PublishMeter());
        Action[] counts =
        [
            meter.CountWritten, meter.CountLiveWritten, meter.CountReplaced, meter.CountFenced, meter.CountFailed, meter.CountReconnection,
            meter.CountHealed, meter.CountRefusedRoom,
        ];
        for (var i = 0; i < counts.Length; i++)
        {
            for (var times = 0; times <= i; times++)
            {
                counts[i]();
            }
        }

        meter.SetGauges(11, 12, 13, 14);
        string[] names =
        [
            "written", "live_written", "replaced", "fenced", "failed", "reconnections",
            "healed", "refused_rooms", "rooms", "pending_rooms", "pending_bytes", "live_interval",
        ];
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14], names.Select(name => watch.Read($"LiveStream.Publish: livestream.publish.{name}")));
    }
}
