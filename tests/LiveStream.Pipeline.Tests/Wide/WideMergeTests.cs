using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Trade;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Tests.Wide;

/// <summary>Parts of sessions that come from lanes at their own pace.</summary>
public sealed class WideMergeTests
{
    private const int Lanes = 3;
    private const int Leader = 1;
    private const long Start = 1_700_000_000_000;

    private readonly NameTable _names = new();
    private readonly EngineOptions _options = new();
    private readonly List<(string Session, long AsOfMs, long Applied, long Online, long Paid, bool IsOver)> _merged = [];
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly WideMerge _merge;

    public WideMergeTests() => _merge = new WideMerge(Lanes, Leader, (snapshot, own) => _merged.Add((
        System.Text.Encoding.UTF8.GetString(snapshot.Session), snapshot.AsOfMs, snapshot.Applied, snapshot.Online.Now, snapshot.Whole.TimeToPay.Count, own.IsOver)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_lane_is_ahead_every_T_is_added_once_and_in_order(int seed)
    {
        const int Seconds = 40;
        var random = new Random(seed);
        var sent = new int[Lanes, 2];
        var expected = new List<(string, long, long, long, long, bool)>();
        while (expected.Count < 2 * Seconds || _merged.Count < expected.Count)
        {
            var (lane, session) = (random.Next(Lanes), random.Next(2));
            if (sent[lane, session] == Seconds)
            {
                continue;
            }

            var second = ++sent[lane, session];
            _merge.Take(Part(lane, $"s{session}", second, applied: second * (lane + 1), online: lane + 1, paid: lane));
            if (lane == Leader)
            {
                expected.Add(($"s{session}", Start + (second * 1000), second * 6, 6, second * 3, false));
            }

            // Complete as soon as the last of the lanes has sent it, and not before.
            var complete = Enumerable.Range(0, 2).Sum(s => Enumerable.Range(0, Lanes).Min(l => sent[l, s]));
            Assert.Equal(complete, _merged.Count);
            var waits = Enumerable.Range(0, 2).Where(s => Enumerable.Range(0, Lanes).Min(l => sent[l, s]) < sent[Leader, s])
                .Select(s => Start + ((Enumerable.Range(0, Lanes).Min(l => sent[l, s]) + 1) * 1000)).DefaultIfEmpty(long.MaxValue).Min();
            Assert.Equal(waits, _merge.WaitsForMs);
        }

        foreach (var session in _sessions.Keys)
        {
            Assert.Equal(expected.Where(e => e.Item1 == session), _merged.Where(m => m.Session == session));
        }
    }

    [Fact]
    public void A_session_that_is_over_waits_for_its_last_parts_and_is_then_forgotten()
    {
        _merge.Take(Part(Leader, "s", 1, 1, 0, 0));
        _merge.Take(Over("s", 1));
        Assert.Empty(_merged);
        Assert.Equal(Start + 1000, _merge.WaitsForMs);
        _merge.Take(Part(0, "s", 1, 1, 0, 0));
        Assert.Empty(_merged);
        _merge.Take(Part(2, "s", 1, 1, 0, 0));
        Assert.Equal([false, true], _merged.Select(m => m.IsOver));
        Assert.Equal(3, _merged[0].Applied);
        Assert.Equal(long.MaxValue, _merge.WaitsForMs);
    }

    [Fact]
    public void One_that_is_over_with_nothing_open_is_said_at_once()
    {
        _merge.Take(Over("s", 0));
        Assert.True(Assert.Single(_merged).IsOver);
        Assert.Equal(long.MaxValue, _merge.WaitsForMs);
    }

    [Fact]
    public void Sessions_of_one_name_that_follow_each_other_are_two()
    {
        _merge.Take(Part(0, "s", 1, 1, 0, 0));
        _merge.Take(Part(0, "s", 1, 10, 0, 0, startMs: Start + 500));
        _merge.Take(Part(2, "s", 1, 20, 0, 0, startMs: Start + 500));
        _merge.Take(Part(Leader, "s", 1, 30, 0, 0, startMs: Start + 500));
        Assert.Equal(60, Assert.Single(_merged).Applied);
        _merge.Take(Part(2, "s", 1, 2, 0, 0));
        _merge.Take(Part(Leader, "s", 1, 3, 0, 0));
        Assert.Equal([60, 6], _merged.Select(m => m.Applied));
    }

    [Fact]
    public void Lanes_that_settled_different_seconds_are_found_out()
    {
        _merge.Take(Part(0, "s", 1, 1, 0, 0));
        _merge.Take(Part(2, "s", 2, 1, 0, 0));
        Assert.Throws<InvalidOperationException>(() => _merge.Take(Part(Leader, "s", 1, 1, 0, 0)));
    }

    private WidePart Part(int lane, string session, int second, long applied, long online, int paid, long startMs = Start)
    {
        var owner = SessionOf(session, startMs);
        var snapshot = SnapshotParts.Copy(owner.Metrics.Snapshot);
        snapshot.AsOfMs = Start + (second * 1000);
        snapshot.Applied = applied;
        return new WidePart
        {
            Lane = lane, Room = [], Snapshot = snapshot, Online = online, Delays = [.. Enumerable.Repeat((FirstStep.Payment, 1000), paid)],
            Session = lane == Leader ? owner : null,
        };
    }

    private WidePart Over(string session, int second) => new()
    {
        Lane = Leader, Room = [], Snapshot = Part(Leader, session, second, 0, 0, 0).Snapshot, Online = 0, Delays = [], Session = SessionOf(session, Start), IsOver = true,
    };

    private Session SessionOf(string session, long startMs)
    {
        var key = startMs == Start ? session : $"{session}/{startMs}";
        if (!_sessions.TryGetValue(key, out var found))
        {
            found = new Session(_options, _names, _names.Intern("r"u8), _names.Intern(System.Text.Encoding.UTF8.GetBytes(session)), startMs);
            found.Metrics.IsPart = true;
            _sessions[key] = found;
        }

        return found;
    }
}
