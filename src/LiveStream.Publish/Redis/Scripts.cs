using System.Text;

namespace LiveStream.Publish.Redis;

/// <summary>
/// The two scripts that write rooms, each atomic and fenced (recovery.md, 5). What they return of a room: <see cref="Written"/>,
/// <see cref="NeedsWhole"/>; 0 or less means refused.
/// </summary>
internal static class Scripts
{
    /// <summary>The write was done.</summary>
    public const long Written = 1;

    /// <summary>
    /// Settled: nothing was written, since the stored state is not the one that the write builds on. Live: written, but the
    /// settled keys that should be there are gone, or older: a flush, or a replica that was behind when it took over.
    /// </summary>
    public const long NeedsWhole = 2;

    /// <summary>Arguments of <see cref="Settled"/> before the screen's fields.</summary>
    public const int SettledHead = 10;

    /// <summary>
    /// Keys: <see cref="RoomKeys.Settled(string[])"/>. Arguments: T, epoch, T and epoch of the state it builds on (empty = it is whole),
    /// seconds to expiry, channel, version, snapshot, mode of the series (empty, <c>a</c>ppend or <c>w</c>hole), points of the series,
    /// the screen's values, then for each window the number of rows (-1 = unchanged) and score and product of each.
    /// A refused write returns minus the stored T.
    /// </summary>
    public static readonly string Settled = $$"""
        local stored = redis.call('HMGET', KEYS[1], 'asOf', 'epoch')
        local t, epoch = tonumber(ARGV[1]), tonumber(ARGV[2])
        local storedT, storedEpoch = tonumber(stored[1] or ''), tonumber(stored[2] or '')
        if storedT and (t < storedT or (t == storedT and epoch < storedEpoch)) then
          return -storedT
        end
        if ARGV[3] ~= '' and (storedT ~= tonumber(ARGV[3]) or storedEpoch ~= tonumber(ARGV[4])) then
          return 2
        end
        local expire = ARGV[5]
        redis.call('HMSET', KEYS[1], 'asOf', ARGV[1], 'epoch', ARGV[2])
        redis.call('SET', KEYS[2], ARGV[8], 'EX', expire)
        redis.call('HMSET', KEYS[3]{{ScreenArguments()}})
        if ARGV[9] == 'w' then
          redis.call('DEL', KEYS[4])
        end
        if ARGV[9] ~= '' then
          local points = {}
          for point in string.gmatch(ARGV[10], '{[^}]*}') do
            points[#points + 1] = point
            if #points == 200 then
              redis.call('RPUSH', KEYS[4], unpack(points))
              points = {}
            end
          end
          if #points > 0 then
            redis.call('RPUSH', KEYS[4], unpack(points))
          end
        end
        local at = {{SettledHead + 1 + ScreenFields.Names.Length}}
        for key = 5, #KEYS do
          local rows = tonumber(ARGV[at])
          at = at + 1
          if rows >= 0 then
            redis.call('DEL', KEYS[key])
          end
          if rows > 0 then
            redis.call('ZADD', KEYS[key], unpack(ARGV, at, at + 2 * rows - 1))
            at = at + 2 * rows
          end
          redis.call('EXPIRE', KEYS[key], expire)
        end
        redis.call('EXPIRE', KEYS[1], expire)
        redis.call('EXPIRE', KEYS[3], expire)
        redis.call('EXPIRE', KEYS[4], expire)
        redis.call('PUBLISH', ARGV[6], ARGV[7])
        return 1
        """;

    /// <summary>
    /// Rooms one after the other. Keys: <see cref="RoomKeys.Live"/> of each. Arguments: seconds to expiry, then of each room: epoch, sum of offsets, the live
    /// object, T of the settled keys that should be there at least (0 = none), T of the writer's own settled numbers. Returns a digit for each room. A refused
    /// write returns 0: a newer owner, or newer numbers of the same, or settled numbers that the writer has yet to catch up with.
    /// </summary>
    public const string Live = """
        local replies = {}
        local expire = ARGV[1]
        for room = 1, #KEYS / 2 do
          local fence, now, at = KEYS[2 * room - 1], KEYS[2 * room], 5 * room - 3
          local stored = redis.call('HMGET', fence, 'nowEpoch', 'nowOffsets', 'asOf')
          local epoch, offsets = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
          local storedEpoch, storedOffsets, storedT = tonumber(stored[1] or ''), tonumber(stored[2] or ''), tonumber(stored[3] or '')
          if storedEpoch and (epoch < storedEpoch or (epoch == storedEpoch and offsets < storedOffsets)) then
            replies[room] = 0
          elseif storedT and tonumber(ARGV[at + 4]) < storedT then
            replies[room] = 0
          else
            redis.call('SET', now, ARGV[at + 2], 'EX', expire)
            redis.call('HMSET', fence, 'nowEpoch', ARGV[at], 'nowOffsets', ARGV[at + 1])
            redis.call('EXPIRE', fence, expire)
            local expectedT = tonumber(ARGV[at + 3])
            replies[room] = expectedT > 0 and (not storedT or storedT < expectedT) and 2 or 1
          end
        end
        return table.concat(replies)
        """;

    /// <summary>Arguments of <see cref="Live"/> before those of the rooms.</summary>
    public const int LiveHead = 1;

    /// <summary>Arguments of <see cref="Live"/> of one room.</summary>
    public const int LiveEach = 5;

    private static string ScreenArguments()
    {
        var text = new StringBuilder();
        for (var i = 0; i < ScreenFields.Names.Length; i++)
        {
            text.Append($", '{ScreenFields.Names[i]}', ARGV[{SettledHead + 1 + i}]");
        }

        return text.ToString();
    }
}
