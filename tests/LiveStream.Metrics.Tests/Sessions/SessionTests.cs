using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;

namespace LiveStream.Metrics.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public void WhatIsTurnedAwayWholeChangesNothingButTheCounters()
    {
        var drive = new Drive(maxViewers: 1);
        drive.Apply(Made.Event(EventType.Like, 1_000_100, viewer: 1));
        drive.Apply(Made.Event(EventType.Like, 1_005_000, viewer: 2));
        Assert.Equal((1, 1), (drive.Counts.Applied, drive.Counts.RejectedCapacity));
        Assert.Equal((1_000_000, 1_000_100, 1), (drive.Session.SettledMs, drive.Session.LastAppliedMs, drive.Session.Applied));
        Assert.True(drive.Session.Fill().Capped);
    }

    // A place that was free when the slice was looked at may be another lane's when the slice is applied. The seconds that follow are closed all the same.
    [Fact]
    public void APlaceThatAnotherLaneTakesInBetweenLeavesTheSessionAsItWas()
    {
        var drive = new Drive(maxViewers: 2);
        drive.Apply(Made.Event(EventType.Like, 1_000_100, viewer: 1));
        drive.Apply(Made.Event(EventType.Like, 1_005_000, viewer: 2), onHop: () => drive.Caps.TryTakeViewer());
        Assert.Equal((1, 1), (drive.Counts.Applied, drive.Counts.RejectedCapacity));
        Assert.Equal((1_005_000, 1_000_100, 1), (drive.Session.SettledMs, drive.Session.LastAppliedMs, drive.Session.Applied));
        drive.Session.AdvanceTo(1_061_000, null);
        var snapshot = drive.Session.Fill();
        Assert.Equal((1, 0, 1), (snapshot.Online.Peak, snapshot.Online.Now, snapshot.SessionWindow.Leaves));
        Assert.Equal(0, snapshot.Windows[0].Viewers);
    }

    /// <summary>A session of one room.</summary>
    private sealed class Drive
    {
        private readonly SliceInput _input = new();
        private SettleCounts _counts;

        public Drive(int maxViewers)
        {
            var names = new NameTable();
            Caps = new SessionCaps(9, maxViewers);
            Session = new Session(new EngineOptions(), names, names.Intern("r"u8), names.Intern("s"u8), 1_000_100);
        }

        public SessionCaps Caps { get; }

        public Session Session { get; }

        public SettleCounts Counts => _counts;

        public void Apply(RoomEvent e, Action? onHop = null)
        {
            _input.Set(e.TimeMs / 1000 * 1000, 1u << (int)e.Type, [], []);
            Session.Apply([e], _input, Caps, _ => onHop?.Invoke(), ref _counts);
        }
    }
}
