using System.Buffers;
using System.Globalization;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Large values in Redis, each with the last two versions of it: written in chunks under names that expire by themselves, and made the
/// newest by one script, which refuses it to a writer whose epoch has been overtaken. All keys of a value lie in one slot. Safe from any
/// thread.
/// </summary>
/// <param name="state">Where the epochs are, see <see cref="EpochName"/>.</param>
public sealed class RedisVersions(RedisState state)
{
    private const int ChunkBytes = 4 << 20;
    private const int Kept = 2;
    private const long Refused = 0;
    private const long Done = 1;

    // Keys: epoch, index, chunks of the new version, then chunks to delete. Arguments: epoch, entry, index as it was seen, number of new
    // chunks, entries kept. Returns 0 when a greater epoch is there, 2 when the index has changed, 3 when a chunk is missing.
    private const string Switch = """
        local epoch = redis.call('GET', KEYS[1])
        if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
          return 0
        end
        if table.concat(redis.call('LRANGE', KEYS[2], 0, -1), ' ') ~= ARGV[3] then
          return 2
        end
        local chunks = tonumber(ARGV[4])
        for i = 3, 2 + chunks do
          if redis.call('EXISTS', KEYS[i]) == 0 then
            return 3
          end
        end
        for i = 3, 2 + chunks do
          redis.call('PERSIST', KEYS[i])
        end
        redis.call('LPUSH', KEYS[2], ARGV[2])
        redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[5]) - 1)
        for i = 3 + chunks, #KEYS do
          redis.call('DEL', KEYS[i])
        end
        return 1
        """;

    private static readonly TimeSpan UnfinishedFor = TimeSpan.FromHours(1);

    /// <summary>Name of the counter, in the same slot, that fences the writers of a value.</summary>
    public static string EpochName(string name) => $"{{{name}}}:epoch";

    /// <summary>The versions of a value, the newest first.</summary>
    /// <exception cref="IOException">The server does not answer.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(string name) =>
        [.. (await IndexAsync(name)).Select(entry => entry.Split(':')[0])];

    /// <summary>The chunks of a version; those that are missing are left out.</summary>
    /// <exception cref="IOException">The server does not answer.</exception>
    public async Task<IReadOnlyList<byte[]>> ReadAsync(string name, string version)
    {
        var entry = (await IndexAsync(name)).FirstOrDefault(entry => entry.Split(':')[0] == version);
        var chunks = new List<byte[]>();
        foreach (var key in entry is null ? [] : Chunks(name, entry))
        {
            if ((byte[]?)await state.CallAsync(database => database.StringGetAsync(key)) is { } chunk)
            {
                chunks.Add(chunk);
            }
        }

        return chunks;
    }

    /// <summary>Writes a version and makes it the newest; all but the last two are deleted.</summary>
    /// <returns>False when the counter <see cref="EpochName"/> is greater than <paramref name="epoch"/>: nothing has changed.</returns>
    /// <exception cref="IOException">The server did not take it; nothing has changed.</exception>
    public async Task<bool> WriteAsync(string name, string version, long epoch, ReadOnlySequence<byte> content)
    {
        var count = (int)((content.Length + ChunkBytes - 1) / ChunkBytes);
        var entry = string.Create(CultureInfo.InvariantCulture, $"{version}:{count}");
        var keys = Chunks(name, entry);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var from = (long)i * ChunkBytes;
                byte[] chunk = content.Slice(from, Math.Min(ChunkBytes, content.Length - from)).ToArray();
                var key = keys[i];
                await state.CallAsync(database => database.StringSetAsync(key, chunk, UnfinishedFor));
            }

            return await SwitchAsync(name, entry, keys, epoch);
        }
        catch (IOException)
        {
            await TryDeleteAsync(keys, entry, name);
            throw;
        }
    }

    /// <summary>Takes a version out of the list and deletes it.</summary>
    /// <exception cref="IOException">The server does not answer.</exception>
    public async Task RemoveAsync(string name, string version)
    {
        foreach (var entry in (await IndexAsync(name)).Where(entry => entry.Split(':')[0] == version))
        {
            await state.CallAsync(database => database.ListRemoveAsync(IndexKey(name), entry));
            await state.CallAsync(database => database.KeyDeleteAsync(Chunks(name, entry)));
        }
    }

    private async Task<bool> SwitchAsync(string name, string entry, RedisKey[] chunks, long epoch)
    {
        while (true)
        {
            var index = await IndexAsync(name);
            RedisKey[] keys = [state.Key(EpochName(name)), IndexKey(name), .. chunks, .. index.Skip(Kept - 1).SelectMany(old => Chunks(name, old))];
            RedisValue[] arguments = [epoch, entry, string.Join(' ', index), chunks.Length, Kept];
            switch ((long)await state.CallAsync(database => database.ScriptEvaluateAsync(Switch, keys, arguments)))
            {
                case Done:
                    return true;
                case Refused:
                    await state.CallAsync(database => database.KeyDeleteAsync(chunks));
                    return false;
                case 3:
                    throw new IOException("what was written is gone from Redis");
            }
        }
    }

    // The version may have become the newest although the answer did not come: then its chunks are needed.
    private async Task TryDeleteAsync(RedisKey[] chunks, string entry, string name)
    {
        try
        {
            if (!(await IndexAsync(name)).Contains(entry, StringComparer.Ordinal))
            {
                await state.CallAsync(database => database.KeyDeleteAsync(chunks));
            }
        }
        catch (IOException)
        {
            // They expire by themselves.
        }
    }

    private async Task<string[]> IndexAsync(string name) =>
        [.. (await state.CallAsync(database => database.ListRangeAsync(IndexKey(name)))).Select(entry => (string)entry!)];

    private RedisKey IndexKey(string name) => state.Key($"{{{name}}}:versions");

    private RedisKey[] Chunks(string name, string entry)
    {
        var parts = entry.Split(':');
        return [.. Enumerable.Range(0, int.Parse(parts[1], CultureInfo.InvariantCulture)).Select(i => state.Key($"{{{name}}}:{parts[0]}:{i}"))];
    }
}
