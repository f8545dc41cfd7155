namespace LiveStream;

/// <summary>
/// Tests that ask the runtime what is in use or was allocated: nothing else may run beside them. A collection that another thread causes
/// gives up the rest of what this thread has in store, and counts it as allocated.
/// </summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone
{
    /// <summary>Bytes that are kept of what is made, once all else is collected: also what its thread has kept for the next to be made there.</summary>
    public static long BytesOf<T>(Func<T> make)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var made = default(T);
        var maker = new Thread(() => made = make());
        maker.Start();
        maker.Join();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(made);
        return bytes;
    }
}
