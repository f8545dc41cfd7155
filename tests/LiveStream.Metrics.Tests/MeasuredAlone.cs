namespace LiveStream.Metrics.Tests;

/// <summary>Tests that ask the collector what is in use: nothing else may run beside them.</summary>
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
