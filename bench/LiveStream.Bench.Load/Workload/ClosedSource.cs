using LiveStream.App.Simulate;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Workload;

/// <summary>
/// W1, and then what would come next in a stream that goes on: one later event in every partition of every topic, of rooms that W1 does
/// not have, so that everything of W1 settles as it does in a live stream and not after half a minute of silence.
/// </summary>
internal sealed class ClosedSource(W1Generator source, IReadOnlyList<SimulatedEvent> closing) : IEventSource
{
    private int _closed;

    /// <inheritdoc/>
    public bool Ended => source.Ended && _closed == closing.Count;

    /// <summary>
    /// One closing event for each topic and partition.
    /// </summary>
    /// <param name="types">A type of each topic.</param>
    /// <param name="rooms">Rooms of the workload; those that close it have the indices from there on.</param>
    /// <param name="partitions">Partitions of each topic.</param>
    /// <param name="timeMs">When they happen.</param>
    /// <returns>The events, and the number of rooms with theirs.</returns>
    public static (IReadOnlyList<SimulatedEvent> Events, int Rooms) Closing(IReadOnlyList<EventType> types, int rooms, int partitions, long timeMs)
    {
        var roomOf = new int[partitions];
        var last = rooms;
        for (var found = 0; found < partitions; last++)
        {
            ref var room = ref roomOf[RoomPartitions.Of(SimulatedEventJson.RoomId(last), partitions)];
            found += room == 0 ? 1 : 0;
            room = room == 0 ? last : room;
        }

        var events = types.SelectMany(_ => roomOf, (type, room) => new SimulatedEvent
        {
            Type = type, Room = room, Viewer = EventTypes.IsViewer(type) ? 0 : -1, TimeMs = timeMs, SendMs = timeMs, Quantity = 1, Count = 1, Order = 1,
        });
        return ([.. events], last);
    }

    /// <inheritdoc/>
    public bool TryNext(long untilMs, ref SimulatedEvent e)
    {
        if (!source.Ended)
        {
            return source.TryNext(untilMs, ref e);
        }

        if (_closed == closing.Count || closing[_closed].SendMs > untilMs)
        {
            return false;
        }

        e = closing[_closed++];
        return true;
    }
}
