using System.Text.Json;
using System.Text.Json.Nodes;
using LiveStream.Publish;

namespace LiveStream.Browser;

/// <summary>
/// A plausible evening in one room, made up second by second: what a browser is shown without an engine. Numbers hang
/// together (windows are sums of seconds, online is entries minus leaves), ratios are exact, nothing is measured.
/// One feed plays it on; its totals may be read meanwhile.
/// </summary>
internal sealed class Show
{
    private static readonly string[] Types = ["enter", "leave", "like", "barrage", "impression", "click", "cart", "order", "payment", "share", "follow"];
    private static readonly (string Name, int Minutes)[] Windows = [("1m", 1), ("5m", 5), ("10m", 10), ("session", 0)];
    private static readonly string[] ProductNames =
        ["真丝衬衫", "羊绒开衫 烟灰", "高腰阔腿裤", "手工牛皮托特包", "桑蚕丝眼罩礼盒", "玫瑰精华面霜 50ml", "云感乳胶枕", "复古珍珠耳环", "法式方领连衣裙", "冷萃咖啡液 12 条", "软底德训鞋", "香薰蜡烛"];

    private readonly Random random = new(42);
    private readonly List<Second> seconds = [];
    private readonly Lock gate = new();
    private readonly long startMs;
    private readonly string room;
    private readonly string roomName;
    private long online;
    private long peak;
    private long peakAtMs;
    private long onlineSum;
    private long version;

    public Show(string room, string roomName, long startMs)
    {
        this.room = room;
        this.roomName = roomName;
        this.startMs = startMs;
    }

    public string Room => room;

    /// <summary>T: everything before it has happened.</summary>
    public long AsOfMs => startMs + (seconds.Count * 1000L);

    public long Gmv => Sum(seconds.Count, second => second.Gmv);

    public string Status { get; set; } = "live";

    /// <summary>Lets the evening go on by so many seconds.</summary>
    public Show Play(int count)
    {
        for (int i = 0; i < count; i++)
        {
            lock (gate)
            {
                PlayOne();
            }
        }

        return this;
    }

    public RoomSummary Summary() => new(roomName, "s1", Status, online, Gmv, AsOfMs);

    public void Post(RoomBoard board, long publishedAtMs) =>
        board.PostSnapshot(room, Summary(), Bytes(Snapshot(publishedAtMs)), Bytes(Series()), ++version);

    public void PostLive(RoomBoard board, long publishedAtMs) => board.PostLive(room, Bytes(Live(publishedAtMs)));

    public static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node);

    public JsonObject Live(long publishedAtMs)
    {
        long read = Types.Sum(Count);
        return new JsonObject
        {
            ["publishedAt"] = publishedAtMs,
            ["at"] = AsOfMs + 1800,
            ["watermark"] = AsOfMs,
            ["lagMs"] = 2140,
            ["events"] = Events(seconds.Count),
            ["gmv"] = Gmv,
            ["orders"] = Count("order"),
            ["payments"] = Count("payment"),
            ["online"] = online + (read % 5),
            ["perSecond"] = seconds.Count == 0 ? 0 : seconds[^1].Counts.Sum(),
            ["counters"] = new JsonObject
            {
                ["read"] = read + 31,
                ["applied"] = read,
                ["late"] = 12,
                ["moved"] = 1,
                ["duplicate"] = 14,
                ["rejected"] = 5,
            },
        };
    }

    public long Count(string type) => Sum(seconds.Count, second => second.Counts[Array.IndexOf(Types, type)]);

    public JsonObject Snapshot(long publishedAtMs)
    {
        var windows = new JsonObject();
        foreach ((string name, int minutes) in Windows)
        {
            windows[name] = Window(minutes == 0 ? seconds.Count : Math.Min(seconds.Count, minutes * 60), minutes == 0);
        }

        var names = new JsonObject();
        for (int i = 0; i < ProductNames.Length; i++)
        {
            names[$"p{i}"] = ProductNames[i];
        }

        return new JsonObject
        {
            ["schema"] = "livestream.snapshot/1",
            ["room"] = room,
            ["roomName"] = roomName,
            ["session"] = "s1",
            ["status"] = Status,
            ["start"] = startMs,
            ["elapsedMs"] = AsOfMs - startMs,
            ["asOf"] = AsOfMs,
            ["settled"] = true,
            ["applied"] = Types.Sum(Count),
            ["currency"] = "CNY",
            ["minorDigits"] = 2,
            ["online"] = new JsonObject
            {
                ["now"] = online,
                ["peak"] = peak,
                ["peakAt"] = peakAtMs,
                ["average"] = seconds.Count == 0 ? null : (double)onlineSum / seconds.Count,
            },
            ["windows"] = windows,
            ["retention"] = Retention(),
            ["sessionMetrics"] = SessionMetrics(),
            ["products"] = new JsonObject
            {
                ["explains"] = new JsonArray(new JsonObject
                {
                    ["product"] = "p3", ["times"] = 1, ["totalMs"] = Math.Max(0, seconds.Count - 1200) * 1000L, ["clicks"] = 4, ["payments"] = 1, ["gmv"] = 9900,
                }),
                ["stock"] = new JsonArray(),
            },
            ["names"] = names,
            ["live"] = Live(publishedAtMs),
        };
    }

    public JsonArray Series()
    {
        var points = new JsonArray();
        for (int end = 10; end <= seconds.Count; end += 10)
        {
            long InPoint(int type) => seconds.Skip(end - 10).Take(10).Sum(second => (long)second.Counts[type]);
            points.Add(new JsonObject
            {
                ["t"] = startMs + (end * 1000L),
                ["online"] = seconds[end - 1].Online,
                ["entries"] = InPoint(0),
                ["leaves"] = InPoint(1),
                ["likes"] = InPoint(2),
                ["barrages"] = InPoint(3),
                ["clicks"] = InPoint(5),
                ["carts"] = InPoint(6),
                ["paidOrders"] = InPoint(8),
                ["gmv"] = seconds.Skip(end - 10).Take(10).Sum(second => second.Gmv),
            });
        }

        return points;
    }

    private void PlayOne()
    {
        int at = seconds.Count;
        double excitement = 1 + (0.35 * Math.Sin(at / 95.0)) + (at % 300 < 45 ? 0.8 : 0);
        int enters = Poisson((2.5 + (7 * Math.Exp(-at / 500.0))) * excitement);
        int leaves = (int)Math.Min(online, Poisson(online / 260.0));
        online += enters - leaves;
        double crowd = online / 100.0 * excitement;
        int[] counts =
        [
            enters, leaves, Poisson(crowd * 4), Poisson(crowd * 0.42), Poisson(crowd * 1.4), Poisson(crowd * 0.55),
            Poisson(crowd * 0.14), Poisson(crowd * 0.07), Poisson(crowd * 0.055), Poisson(crowd * 0.03), Poisson(crowd * 0.04),
        ];
        long gmv = 0;
        for (int i = 0; i < counts[8]; i++)
        {
            gmv += 4900 + (random.Next(60) * 500);
        }

        seconds.Add(new Second(counts, gmv, online));
        onlineSum += online;
        if (online > peak)
        {
            peak = online;
            peakAtMs = AsOfMs;
        }
    }

    private int Poisson(double mean)
    {
        double limit = Math.Exp(-mean);
        int count = 0;
        for (double product = random.NextDouble(); product > limit; product *= random.NextDouble())
        {
            count++;
        }

        return count;
    }

    private JsonObject Window(int length, bool isSession)
    {
        long Total(string type) => Sum(length, second => second.Counts[Array.IndexOf(Types, type)]);
        long viewers = isSession ? (long)(Total("enter") * 0.83) : Math.Min(online + Total("leave"), (long)(Total("enter") + (online * 0.9)));
        long[] reach = [(long)(viewers * 0.71), (long)(viewers * 0.44), (long)(viewers * 0.16), (long)(viewers * 0.09), (long)(viewers * 0.072)];
        long gmv = Sum(length, second => second.Gmv);
        long interacting = (long)(viewers * 0.31);
        long orders = Total("order");
        long paid = Math.Min(Total("payment"), Math.Max(reach[4], 0));
        var window = new JsonObject
        {
            ["viewers"] = viewers,
            ["entries"] = Total("enter"),
            ["leaves"] = Total("leave"),
            ["events"] = Events(length),
            ["interactingViewers"] = interacting,
            ["interactionRate"] = Ratio(interacting, viewers),
        };
        if (!isSession)
        {
            long before = seconds.Count >= 2 * length && length > 0 ? viewers : 0;
            window["retention"] = Ratio((long)(before * (0.78 - (length / 2400.0))), before);
        }

        window["reach"] = Reach(viewers, reach);
        window["funnels"] = new JsonObject
        {
            ["shopping"] = Funnel(("click", reach[1]), ("cart", reach[2] * 8 / 10), ("payment", reach[4] * 6 / 10)),
            ["full"] = Funnel(("enter", viewers), ("click", reach[1]), ("cart", reach[2] * 8 / 10), ("order", reach[3] * 7 / 10), ("payment", reach[4] * 6 / 10)),
        };
        window["trade"] = new JsonObject
        {
            ["orders"] = orders, ["paidOrders"] = paid, ["payments"] = Total("payment"), ["units"] = Total("payment"), ["gmv"] = gmv, ["refunds"] = 2,
            ["refunded"] = Math.Min(gmv, 25800), ["netGmv"] = gmv - Math.Min(gmv, 25800), ["buyers"] = reach[4],
            ["averageOrderValue"] = Ratio(gmv, paid), ["arppu"] = Ratio(gmv, reach[4]), ["uvValue"] = Ratio(gmv, viewers), ["gpm"] = Ratio(gmv * 1000, Total("enter")),
            ["clickPayRate"] = Ratio(reach[4], reach[1]), ["payRate"] = Ratio(reach[4], reach[3]), ["dealRate"] = Ratio(reach[4], viewers), ["refundRate"] = Ratio(Math.Min(gmv, 25800), gmv),
        };
        window["hotProducts"] = Hot(Total("click"), gmv, isSession);
        return window;
    }

    private JsonArray Hot(long clicks, long gmv, bool isSession)
    {
        var rows = new JsonArray();
        int[] previous = [2, 1, 3, 6, 4, 5, 0, 7, 9, 8];
        for (int rank = 1; rank <= 10 && clicks > 0; rank++)
        {
            int product = (rank + 2) % ProductNames.Length;
            rows.Add(new JsonObject
            {
                ["product"] = $"p{product}",
                ["rank"] = rank,
                ["previousRank"] = isSession || previous[rank - 1] == 0 ? null : previous[rank - 1],
                ["score"] = Math.Max(1, (long)(clicks * 1.9 / (rank + 1.5))),
                ["impressions"] = 0, ["clicks"] = clicks / (rank + 3), ["carts"] = 3, ["orders"] = 2, ["payments"] = 1, ["units"] = 2,
                ["gmv"] = gmv / (rank + 2) / 100 * 100,
            });
        }

        return rows;
    }

    private JsonObject Retention()
    {
        var segments = new JsonArray();
        for (int k = 0; k * 600 < seconds.Count; k++)
        {
            long viewers = 700 + (k * 160);
            bool isOpen = seconds.Count < (k + 2) * 600;
            bool isEmpty = seconds.Count < (k + 1) * 600;
            segments.Add(new JsonObject
            {
                ["index"] = k, ["viewers"] = viewers, ["retained"] = Ratio(isEmpty ? 0 : (long)(viewers * (0.52 - (0.04 * k))), viewers), ["open"] = isOpen,
            });
        }

        var survival = new JsonArray();
        foreach ((int minutes, double share) in ((int, double)[])[(1, 0.82), (3, 0.61), (5, 0.48), (10, 0.33), (30, 0.19)])
        {
            long den = seconds.Count > minutes * 60 ? (seconds.Count - (minutes * 60)) * 4L : 0;
            survival.Add(new JsonObject { ["minutes"] = minutes, ["retained"] = Ratio((long)(den * share), den) });
        }

        return new JsonObject { ["segments"] = segments, ["survival"] = survival };
    }

    private JsonObject SessionMetrics()
    {
        long viewers = (long)(Count("enter") * 0.83);
        return new JsonObject
        {
            ["averageStayMs"] = Ratio(viewers * 214_000, viewers),
            ["returning"] = Ratio(viewers * 14 / 100, viewers),
            ["newViewerShare"] = Ratio(viewers * 62 / 100, viewers),
            ["newBuyerShare"] = Ratio(0, 0),
        };
    }

    private JsonObject Events(int length)
    {
        var events = new JsonObject();
        for (int type = 0; type < Types.Length; type++)
        {
            int index = type;
            long count = Sum(length, second => second.Counts[index]);
            if (count > 0)
            {
                events[Types[type]] = count;
            }
        }

        return events;
    }

    private static JsonArray Reach(long viewers, long[] reach)
    {
        string[] names = ["impression", "click", "cart", "order", "payment"];
        var rows = new JsonArray();
        for (int i = 0; i < names.Length; i++)
        {
            rows.Add(new JsonObject
            {
                ["step"] = names[i], ["users"] = reach[i], ["ofPrevious"] = Ratio(reach[i], i == 0 ? viewers : reach[i - 1]), ["ofViewers"] = Ratio(reach[i], viewers),
            });
        }

        return rows;
    }

    private static JsonArray Funnel(params (string Step, long Users)[] steps)
    {
        var rows = new JsonArray();
        for (int i = 0; i < steps.Length; i++)
        {
            rows.Add(new JsonObject
            {
                ["step"] = steps[i].Step,
                ["users"] = steps[i].Users,
                ["ofPrevious"] = i == 0 ? null : Ratio(steps[i].Users, steps[i - 1].Users),
                ["ofFirst"] = i == 0 ? null : Ratio(steps[i].Users, steps[0].Users),
            });
        }

        return rows;
    }

    private static JsonObject Ratio(long num, long den) =>
        new() { ["num"] = num, ["den"] = den, ["value"] = den == 0 ? null : (double)num / den };

    private long Sum(int length, Func<Second, long> part)
    {
        lock (gate)
        {
            return seconds.Skip(seconds.Count - length).Sum(part);
        }
    }

    private sealed record Second(int[] Counts, long Gmv, long Online);
}
