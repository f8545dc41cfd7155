using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Tests.Tables;

public sealed class OutgrownArraysTests
{
    [Fact]
    public void WhatIsTakenIsExactlyAsLongAndZero()
    {
        var kept = new byte[77];
        Array.Fill(kept, (byte)1);
        OutgrownArrays<byte>.Keep(kept);
        Assert.Equal(76, OutgrownArrays<byte>.Take(76).Length);
        var taken = OutgrownArrays<byte>.Take(77);
        Assert.Same(kept, taken);
        Assert.All(taken, value => Assert.Equal(0, value));
        Assert.NotSame(kept, OutgrownArrays<byte>.Take(77));
    }

    [Fact]
    public void NoMoreIsKeptThanTheCap()
    {
        const int Length = 50_000;
        for (var bytes = 0L; bytes < 2 * OutgrownArrays<byte>.MostBytes; bytes += Length)
        {
            OutgrownArrays<byte>.Keep(new byte[Length]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var kept = 0;
        while (GC.GetAllocatedBytesForCurrentThread() == before)
        {
            OutgrownArrays<byte>.Take(Length);
            kept++;
        }

        Assert.InRange(kept - 1, 1, OutgrownArrays<byte>.MostBytes / Length);
    }
}
