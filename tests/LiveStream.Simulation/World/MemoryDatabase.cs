using System.Reflection;
using StackExchange.Redis;

namespace LiveStream.Simulation.World;

/// <summary>
/// The client's database as far as the publisher uses it, over a simulated connection. Made at run time, since the interface has some 300
/// members; a call of any other one fails and says which.
/// </summary>
public class MemoryDatabase : DispatchProxy
{
    private static readonly ConstructorInfo SingleResult = typeof(RedisResult)
        .GetNestedType("SingleRedisResult", BindingFlags.NonPublic)!
        .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)[0];

    private SimulatedLink? _link;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => (targetMethod?.Name, args) switch
    {
        (nameof(IDatabase.ScriptEvaluateAsync), [string script, RedisKey[] keys, RedisValue[] values, ..]) =>
            _link!.CallAsync(redis => (RedisResult)SingleResult.Invoke([redis.Evaluate(script, keys, values)])),
        (nameof(IDatabase.SortedSetAddAsync), [RedisKey key, SortedSetEntry[] entries, ..]) => _link!.CallAsync(redis =>
        {
            Array.ForEach(entries, entry => redis.AddToSet(key!, entry.Element!, entry.Score));
            return (long)entries.Length;
        }),
        (nameof(IDatabase.SortedSetRemoveAsync), [RedisKey key, RedisValue member, ..]) => _link!.CallAsync(redis =>
        {
            redis.RemoveFromSet(key!, member!);
            return true;
        }),
        (nameof(IDatabase.HashGetAsync), [RedisKey key, RedisValue field, ..]) => _link!.CallAsync(redis =>
            redis.Hash(key!).TryGetValue(field!, out var text) ? (RedisValue)text : RedisValue.Null),
        (nameof(IDatabase.KeyExpireAsync), _) => _link!.CallAsync(static _ => true),
        (nameof(IDatabase.PingAsync), _) => _link!.CallAsync(static _ => TimeSpan.Zero),
        _ => throw new NotSupportedException($"{targetMethod} is not simulated."),
    };

    internal static IDatabase Over(SimulatedLink link)
    {
        var database = Create<IDatabase, MemoryDatabase>();
        ((MemoryDatabase)(object)database)._link = link;
        return database;
    }
}
