using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.Metrics.Tests.Sessions;

/// <summary>Which session an event belongs to (events.md, Sessions).</summary>
public sealed class RoomTests
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;
    private readonly RoomDrive _room = new();

    [Fact]
    public void NamedEventsGoWhereTheySayTheOthersToTheLatestStart()
    {
        Assert.Equal(("default", 5), _room.Take(EventType.Like, 5));
        Assert.Equal(("a", 10), _room.Take(EventType.Start, 10, "a"));
        Assert.Equal(("a", 10), _room.Take(EventType.Like, 10));
        Assert.Equal(("b", 20), _room.Take(EventType.Like, 20, "b"));
        Assert.Equal(("a", 10), _room.Take(EventType.Like, 21));
        Assert.Equal(("30", 30), _room.Take(EventType.Start, 30));
        Assert.Equal(("30", 30), _room.Take(EventType.Like, 31));
        Assert.Equal("30", _room.Shown);
    }

    [Fact]
    public void OfTwoStartsAtOneTimeTheLargerNameIsTheLater()
    {
        _room.Take(EventType.Start, 10, "b");
        _room.Take(EventType.Start, 10, "a");
        Assert.Equal(("b", 10), _room.Take(EventType.Like, 10));
        Assert.Equal("b", _room.Shown);
    }

    [Fact]
    public void AStartIsForgottenWhenItsSessionIsOverByQuiet()
    {
        _room.Take(EventType.Start, 10, "a");
        _room.Take(EventType.Like, 6 * HourMs, "a");
        _room.Take(EventType.Start, HourMs + (6 * HourMs), "b");
        _room.Take(EventType.End, 7 * HourMs, "b");
        Assert.Equal("b", _room.Take(EventType.Like, 7 * HourMs)?.Name);

        // b is over 30 minutes after its last event, a is not: its start is the latest that is remembered.
        Assert.Equal("b", _room.Take(EventType.Like, (7 * HourMs) + (30 * MinuteMs))?.Name);
        Assert.Equal(("a", 10), _room.Take(EventType.Like, (8 * HourMs) + 1));
        Assert.Equal(("b", (8 * HourMs) + 2), _room.Take(EventType.Like, (8 * HourMs) + 2, "b"));
        Assert.Equal(("a", 10), _room.Take(EventType.Like, (8 * HourMs) + 3));
        Assert.Equal(("default", 20 * HourMs), _room.Take(EventType.Like, 20 * HourMs));
    }

    [Fact]
    public void QuietIsJudgedToTheMillisecond()
    {
        _room.Take(EventType.Like, 10, "a");
        Assert.Equal(("a", 10), _room.Take(EventType.Like, 10 + (6 * HourMs), "a"));
        Assert.Equal(("a", 11 + (12 * HourMs)), _room.Take(EventType.Like, 11 + (12 * HourMs), "a"));
    }

    [Fact]
    public void ASessionIsOverADayAfterItsFirstEventAndItsStartStays()
    {
        _room.Take(EventType.Start, 1000, "a");
        for (var h = 1; h <= 24; h++)
        {
            Assert.Equal(("a", 1000), _room.Take(EventType.Like, 1000 + (h * HourMs)));
        }

        Assert.Equal(("a", 1001 + (24 * HourMs)), _room.Take(EventType.Like, 1001 + (24 * HourMs)));
        Assert.Equal(1, _room.Caps.Rooms);
        Assert.Equal(1, _room.Caps.Viewers);
    }

    [Fact]
    public void AMovedEventIsFoundByTheTimeItCameWith()
    {
        _room.Take(EventType.Start, 100, "a");
        _room.Take(EventType.Start, 200, "b");
        Assert.Equal("a", _room.Take(EventType.Payment, 300, cameWith: 150)?.Name);
        Assert.Equal("b", _room.Take(EventType.Payment, 300, cameWith: 200)?.Name);

        // default has not begun; c neither; a start is never late.
        Assert.Null(_room.Take(EventType.Payment, 300, cameWith: 99));
        Assert.Null(_room.Take(EventType.End, 300, "c", cameWith: 250));
        Assert.Equal(("c", 300), _room.Take(EventType.Start, 300, "c", cameWith: 50));
        Assert.Equal(("60", 310), _room.Take(EventType.Start, 310, cameWith: 60));
        Assert.Equal((2, 4), (_room.Counts.Late, _room.Counts.Moved));
    }

    [Fact]
    public void AMovedEventDoesNotReviveASessionThatIsOver()
    {
        _room.Take(EventType.Start, 100, "a");
        _room.Take(EventType.End, 200);
        Assert.Null(_room.Take(EventType.Payment, 201 + (30 * MinuteMs), "a", cameWith: 150));
        Assert.Null(_room.Take(EventType.Payment, 201 + (30 * MinuteMs), cameWith: 150));
        Assert.Equal(2, _room.Counts.Late);
        Assert.Empty(_room.Room.Open);
        Assert.Equal(0, _room.Caps.Rooms);
    }

    [Fact]
    public void ShownIsTheNewestAndDefaultOnlyWhenAlone()
    {
        _room.Take(EventType.Like, 10);
        Assert.Equal("default", _room.Shown);
        _room.Take(EventType.Like, 20, "b");
        _room.Take(EventType.Like, 20, "a");
        Assert.Equal("b", _room.Shown);
        _room.Take(EventType.Like, 30, "a");
        Assert.Equal("b", _room.Shown);
        _room.Take(EventType.Like, 40, "0");
        Assert.Equal("0", _room.Shown);
        var early = new RoomDrive(new EngineOptions { SessionIdleMinutes = 1 });
        early.Take(EventType.Like, 10, "a");
        early.Take(EventType.Like, 20_000);
        Assert.Equal("a", early.Shown);
        early.Take(EventType.Like, 70_000);
        Assert.Equal("default", early.Shown);
    }
}
