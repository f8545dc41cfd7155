using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>One call of the script for live numbers: the rooms that it takes along, each with its newest object. Rooms with none are left out.</summary>
internal sealed class LiveBatch
{
    private readonly RoomMailbox[] rooms;

    private LiveBatch(int most)
    {
        rooms = new RoomMailbox[most];
        Keys = new RedisKey[most * 2];
        Arguments = new RedisValue[Scripts.LiveHead + (most * Scripts.LiveEach)];
    }

    /// <summary>Rooms in it.</summary>
    public int Count { get; private set; }

    /// <summary>Keys of the script.</summary>
    public RedisKey[] Keys { get; private set; }

    /// <summary>Arguments of the script.</summary>
    public RedisValue[] Arguments { get; private set; }

    /// <summary>A room by its place.</summary>
    public RoomMailbox this[int index] => rooms[index];

    /// <summary>Takes the newest objects of rooms, those of other owners' groups excepted.</summary>
    public static LiveBatch Take(ReadOnlySpan<RoomMailbox> mailboxes, Func<int, long> epochOfGroup, long expireSeconds)
    {
        var batch = new LiveBatch(mailboxes.Length);
        batch.Arguments[0] = expireSeconds;
        foreach (var mailbox in mailboxes)
        {
            if (mailbox.Live.TryTake(epochOfGroup(mailbox.Group), mailbox.SettledMs, mailbox.ExpectedMs, out var call))
            {
                batch.Add(mailbox, call);
            }
        }

        if (batch.Count < mailboxes.Length)
        {
            batch.Keys = batch.Keys[..(batch.Count * 2)];
            batch.Arguments = batch.Arguments[..(Scripts.LiveHead + (batch.Count * Scripts.LiveEach))];
        }

        return batch;
    }

    /// <summary>One of its rooms alone.</summary>
    public LiveBatch Single(int index)
    {
        var single = new LiveBatch(1) { Count = 1 };
        single.rooms[0] = rooms[index];
        Keys.AsSpan(index * 2, 2).CopyTo(single.Keys);
        Arguments.AsSpan(0, Scripts.LiveHead).CopyTo(single.Arguments);
        Arguments.AsSpan(Scripts.LiveHead + (index * Scripts.LiveEach), Scripts.LiveEach).CopyTo(single.Arguments.AsSpan(Scripts.LiveHead));
        return single;
    }

    /// <summary>The call did not return.</summary>
    public void Failed()
    {
        foreach (var mailbox in rooms.AsSpan(0, Count))
        {
            mailbox.Live.Failed();
        }
    }

    private void Add(RoomMailbox mailbox, in LiveCall call)
    {
        mailbox.Keys.Live.CopyTo(Keys.AsSpan(Count * 2));
        var arguments = Arguments.AsSpan(Scripts.LiveHead + (Count * Scripts.LiveEach), Scripts.LiveEach);
        arguments[0] = call.Epoch;
        arguments[1] = call.OffsetSum;
        arguments[2] = call.Json;
        arguments[3] = call.ExpectedMs;
        arguments[4] = call.SettledMs;
        rooms[Count++] = mailbox;
    }
}
