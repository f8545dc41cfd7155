using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LiveStream.Metrics.Tables;

/// <summary>
/// Asks for a line of memory before it is needed. Does nothing where the processor has no such instruction. The only unsafe code of this
/// project: the address may be stale when the collector moves the object, which a prefetch survives (bench: ViewerLookup).
/// </summary>
public static unsafe class CacheLine
{
    /// <summary>Brings the line that a variable lies on near; never faults.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch<T>(ref T variable)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref variable));
        }
    }
}
