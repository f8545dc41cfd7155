using System.Runtime.CompilerServices;

namespace LiveStream.Metrics.Tables;

/// <summary>
/// Arrays that the tables of a lane have grown out of, for the next of them that grows to the same length: rooms grow through the same lengths, so
/// most growth takes what another room has left, and the collector neither sees nor moves it. Unlike those of
/// <see cref="System.Buffers.ArrayPool{T}"/> they are exactly as long as asked for. Each thread has its own, of at most <see cref="MostBytes"/>.
/// </summary>
internal static class OutgrownArrays<T>
    where T : unmanaged
{
    /// <summary>Bytes kept; what is left beyond them is garbage.</summary>
    public const long MostBytes = 2 << 20;

    // The collector keeps longer arrays apart, and few tables have them.
    private const int LargestBytes = 80_000;

    [ThreadStatic]
    private static Dictionary<int, Stack<T[]>>? kept;

    [ThreadStatic]
    private static long bytes;

    /// <summary>An array of zeros.</summary>
    public static T[] Take(int length)
    {
        if (kept is null || !kept.TryGetValue(length, out var arrays) || !arrays.TryPop(out var array))
        {
            return new T[length];
        }

        bytes -= BytesOf(array);
        Array.Clear(array);
        return array;
    }

    /// <summary>Keeps an array that nothing refers to any more.</summary>
    public static void Keep(T[] array)
    {
        if (BytesOf(array) is var size && (size is 0 or > LargestBytes || bytes + size > MostBytes))
        {
            return;
        }

        kept ??= [];
        if (!kept.TryGetValue(array.Length, out var arrays))
        {
            kept.Add(array.Length, arrays = new Stack<T[]>());
        }

        arrays.Push(array);
        bytes += size;
    }

    private static long BytesOf(T[] array) => (long)array.Length * Unsafe.SizeOf<T>();
}
