namespace LiveStream;

/// <summary>
/// Tests that ask the runtime what is in use or was allocated: nothing else may run beside them. A collection that another thread causes
/// gives up the rest of what this thread has in store, and counts it as allocated.
/// </summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone
{
    /// <summary>Bytes that are kept of what is made, once all else is collected.</summary>
    public static long BytesOf<T>(Func<T> make)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var made = make();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(made);
        return bytes;
    }
}
