using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace LiveStream.Bench.Load.Latency;

/// <summary>
/// Likes of a few rooms of their own, each with its moment fixed before anything is sent: one that is held up is still measured from the
/// moment that was meant. The n-th like of a room makes its count n, so whoever sees a count knows which likes are in it.
/// </summary>
internal sealed class Probes
{
    private readonly double[][] _intendedMs;

    /// <summary>Fixes all moments.</summary>
    /// <param name="options">Rooms and distance.</param>
    /// <param name="fromMs">The first moment there may be.</param>
    /// <param name="untilMs">Where they end.</param>
    public Probes(LatencyOptions options, double fromMs, double untilMs)
    {
        var random = new Random(42);
        var count = (int)((untilMs - fromMs) / options.ProbeEveryMs);
        _intendedMs = [.. Enumerable.Range(0, options.ProbeRooms)
            .Select(_ => Enumerable.Range(0, count).Select(i => fromMs + ((i + random.NextDouble()) * options.ProbeEveryMs)).ToArray())];
    }

    /// <summary>Rooms.</summary>
    public int Rooms => _intendedMs.Length;

    /// <summary>Likes of each room.</summary>
    public int PerRoom => _intendedMs[0].Length;

    /// <summary>Id of a room.</summary>
    public static string RoomId(int room) => $"probe-{room}";

    /// <summary>When the n-th like of a room, counted from 1, was meant to be sent.</summary>
    public double IntendedMs(int room, int n) => _intendedMs[room][n - 1];

    /// <summary>Sends all of them in time, or as soon after as it goes.</summary>
    public void Send(IProducer<byte[], byte[]> producer, string topic, SteadyClock clock, CancellationToken cancellation)
    {
        var all = _intendedMs.SelectMany((moments, room) => moments.Select(moment => (Room: room, Moment: moment))).OrderBy(probe => probe.Moment);
        foreach (var (room, moment) in all)
        {
            while (clock.NowMs < moment)
            {
                Thread.Sleep(1);
                if (cancellation.IsCancellationRequested)
                {
                    return;
                }
            }

            var timeMs = (long)moment;
            var id = RoomId(room);
            producer.Produce(topic, new Message<byte[], byte[]>
            {
                Key = Encoding.UTF8.GetBytes(id),
                Value = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"type":"like","room":"{{id}}","user":"probe","ts":{{timeMs}},"count":1}""")),
                Timestamp = new Timestamp(timeMs, TimestampType.CreateTime),
            });
        }
    }
}
