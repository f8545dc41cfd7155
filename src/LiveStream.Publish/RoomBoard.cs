using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LiveStream.Publish;

/// <summary>
/// Owns the newest published bytes of every room of this process. The publisher posts; the big screen reads and
/// subscribes. Safe for any number of threads. Posting never waits for a reader. At most <c>maxRooms</c> rooms are
/// kept, further ones are refused and counted.
/// </summary>
/// <remarks>
/// Bytes that are posted are handed over: the caller must not write to them again, since readers hold them as they are.
/// </remarks>
public sealed class RoomBoard(TimeProvider? timeProvider = null, int maxRooms = 100_000)
{
    /// <summary>The sorted list of rooms is at most this old.</summary>
    public const long ListAgeMs = 500;

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Room> rooms = new(StringComparer.Ordinal);
    private readonly Lock listGate = new();
    private RoomListing[] list = [];
    private long listTimestamp;
    private bool listDirty = true;
    private long refusedRooms;

    /// <summary>Rooms on the board.</summary>
    public int Count => rooms.Count;

    /// <summary>Posts that were refused because the board was full.</summary>
    public long RefusedRooms => Interlocked.Read(ref refusedRooms);

    /// <summary>
    /// Publishes a whole snapshot (output.md, with its <c>live</c> object of that moment) and the room's series, a JSON
    /// array of points. One with a smaller <paramref name="version"/> than what is shown is ignored.
    /// </summary>
    public void PostSnapshot(
        string room, RoomSummary summary, ReadOnlyMemory<byte> snapshotJson, ReadOnlyMemory<byte> seriesJson, long version)
    {
        bool posted = false;
        while (!posted)
        {
            if (!rooms.TryGetValue(room, out Room? entry))
            {
                if (rooms.Count >= maxRooms)
                {
                    Interlocked.Increment(ref refusedRooms);
                    return;
                }

                entry = rooms.GetOrAdd(room, static _ => new Room());
            }

            posted = entry.TryPostSnapshot(summary, snapshotJson, seriesJson, version, out bool isFirst);
            if (isFirst)
            {
                Volatile.Write(ref listDirty, true);
            }
        }
    }

    /// <summary>Publishes the <c>live</c> object alone. Ignored for a room that has no snapshot yet.</summary>
    public void PostLive(string room, ReadOnlyMemory<byte> liveJson)
    {
        if (rooms.TryGetValue(room, out Room? entry))
        {
            entry.PostLive(liveJson);
        }
    }

    /// <summary>Takes a room off the board and ends its subscriptions. Nothing happens when it is not there.</summary>
    public void Remove(string room)
    {
        if (rooms.TryRemove(room, out Room? entry))
        {
            Volatile.Write(ref listDirty, true);
            entry.End();
        }
    }

    /// <summary>The newest published state of a room; false when the board does not have it.</summary>
    public bool TryGet(string room, out RoomView view)
    {
        view = default;
        return rooms.TryGetValue(room, out Room? entry) && entry.TryView(out view);
    }

    /// <summary>
    /// A page of the rooms, most viewers online first. <paramref name="query"/> keeps those whose id or name contains it,
    /// whatever the case. The order is at most <see cref="ListAgeMs"/> old.
    /// </summary>
    public RoomPage Rooms(int skip, int take, string? query)
    {
        RoomListing[] all = SortedList();
        if (!string.IsNullOrWhiteSpace(query))
        {
            string wanted = query.Trim();
            all = Array.FindAll(all, listing =>
                listing.Room.Contains(wanted, StringComparison.OrdinalIgnoreCase)
                || listing.Summary.RoomName.Contains(wanted, StringComparison.OrdinalIgnoreCase));
        }

        int from = Math.Clamp(skip, 0, all.Length);
        int count = Math.Clamp(take, 0, all.Length - from);
        return new RoomPage(all.Length, new ArraySegment<RoomListing>(all, from, count));
    }

    /// <summary>
    /// Starts to follow a room. The first messages are the newest snapshot and, when it is newer, the live object.
    /// End it with <see cref="Unsubscribe"/>.
    /// </summary>
    public bool TrySubscribe(string room, [NotNullWhen(true)] out RoomSubscription? subscription)
    {
        subscription = new RoomSubscription(room);
        if (rooms.TryGetValue(room, out Room? entry) && entry.TryAdd(subscription))
        {
            return true;
        }

        subscription = null;
        return false;
    }

    /// <summary>Stops following; harmless when the room is gone.</summary>
    public void Unsubscribe(RoomSubscription subscription)
    {
        if (rooms.TryGetValue(subscription.Room, out Room? entry))
        {
            entry.Drop(subscription);
        }
    }

    private RoomListing[] SortedList()
    {
        lock (listGate)
        {
            if (!Volatile.Read(ref listDirty) && time.GetElapsedTime(listTimestamp).TotalMilliseconds < ListAgeMs)
            {
                return list;
            }

            Volatile.Write(ref listDirty, false);
            var listings = new List<RoomListing>(rooms.Count);
            foreach ((string room, Room entry) in rooms)
            {
                if (entry.TryView(out RoomView view))
                {
                    listings.Add(new RoomListing(room, view.Summary));
                }
            }

            listings.Sort(BusiestFirst);
            list = [.. listings];
            listTimestamp = time.GetTimestamp();
            return list;
        }
    }

    private static int BusiestFirst(RoomListing a, RoomListing b)
    {
        int byOnline = b.Summary.Online.CompareTo(a.Summary.Online);
        int byGmv = byOnline != 0 ? byOnline : b.Summary.Gmv.CompareTo(a.Summary.Gmv);
        return byGmv != 0 ? byGmv : string.CompareOrdinal(a.Room, b.Room);
    }

    /// <summary>One room's newest state and its subscribers, behind one lock that is held only to swap and to post.</summary>
    private sealed class Room
    {
        private readonly Lock gate = new();
        private readonly List<RoomSubscription> subscribers = [];
        private RoomView view;
        private bool ended;

        /// <summary>False when the room has just left the board: then it has to be added anew.</summary>
        internal bool TryPostSnapshot(
            RoomSummary summary, ReadOnlyMemory<byte> snapshotJson, ReadOnlyMemory<byte> seriesJson, long version,
            out bool isFirst)
        {
            lock (gate)
            {
                isFirst = view.Sequence == 0;
                if (ended)
                {
                    return false;
                }

                if (!isFirst && version < view.Version)
                {
                    return true;
                }

                view = new RoomView(
                    summary, snapshotJson, seriesJson, ReadOnlyMemory<byte>.Empty, version, view.Sequence + 1);
                PostAll(new RoomMessage(RoomMessageKind.Snapshot, view.Sequence, snapshotJson));
                return true;
            }
        }

        internal void PostLive(ReadOnlyMemory<byte> liveJson)
        {
            lock (gate)
            {
                if (view.Sequence > 0)
                {
                    view = view with { LiveJson = liveJson };
                    PostAll(new RoomMessage(RoomMessageKind.Live, view.Sequence, liveJson));
                }
            }
        }

        internal bool TryView(out RoomView current)
        {
            lock (gate)
            {
                current = view;
                return view.Sequence > 0;
            }
        }

        internal bool TryAdd(RoomSubscription subscription)
        {
            lock (gate)
            {
                if (ended || view.Sequence == 0)
                {
                    return false;
                }

                subscribers.Add(subscription);
                subscription.Post(new RoomMessage(RoomMessageKind.Snapshot, view.Sequence, view.SnapshotJson));
                if (!view.LiveJson.IsEmpty)
                {
                    subscription.Post(new RoomMessage(RoomMessageKind.Live, view.Sequence, view.LiveJson));
                }

                return true;
            }
        }

        internal void Drop(RoomSubscription subscription)
        {
            lock (gate)
            {
                subscribers.Remove(subscription);
            }
        }

        internal void End()
        {
            lock (gate)
            {
                ended = true;
                foreach (RoomSubscription subscription in subscribers)
                {
                    subscription.End();
                }

                subscribers.Clear();
            }
        }

        private void PostAll(in RoomMessage message)
        {
            foreach (RoomSubscription subscription in subscribers)
            {
                subscription.Post(message);
            }
        }
    }
}
