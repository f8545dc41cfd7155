namespace LiveStream.Bench.Load.Measuring;

/// <summary>Resident memory of this process once everything that nobody holds has been given back.</summary>
internal static class Resident
{
    /// <summary>Gives back what it can; bytes.</summary>
    public static long Bytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
