using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Tables;

[Collection(nameof(MeasuredAlone))]
public sealed class KeyTableTests
{
    // The table multiplies keys by an odd constant; with its inverse a test chooses what comes out.
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;
    private static readonly ulong Inverse = InverseOf(Multiplier);

    public static TheoryData<string, int> Kinds => new()
    {
        { "mixed", 10 }, { "mixed", 1_000 }, { "mixed", 300_000 }, { "mixed", 1_000_000 },
        { "counted", 1_000 }, { "counted", 1_000_000 }, { "counted at the top", 60_000 },
        { "alike at the top", 7_000 }, { "alike in the middle", 3_000 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void IsADictionary(string kind, int keys)
    {
        var random = new Random(keys);
        var table = new KeyTable<Row>();
        var model = new Dictionary<ulong, long>();
        for (var i = 0; i < keys; i++)
        {
            var key = Key(kind, random.Next(4) == 0 ? random.Next(keys) : i);
            ref var value = ref CollectionsMarshal.GetValueRefOrAddDefault(model, key, out var known);
            ref var row = ref table.Find(key);
            Assert.True(known != Unsafe.IsNullRef(ref row), $"{i} of {kind}");
            if (!known)
            {
                row = ref table.Add(key);
                Assert.True(row.Key == key && row.Value == 0, $"the row of {i} of {kind} is not its own");
            }

            row.Value += i + 1;
            value += i + 1;
        }

        var copy = new KeyTable<Row>();
        Made.HandOver(table.Save, copy.Restore);
        Assert.Equal((model.Count, model.Count), (table.Count, copy.Count));
        Assert.All(model.Where(pair => copy.Find(pair.Key).Value != pair.Value), pair => Assert.Fail($"{pair} is not in the copy"));
        Assert.All(model.Where(pair => table.Find(pair.Key).Value != pair.Value), pair => Assert.Fail($"{pair} is not in the table"));
        for (var i = keys; i < keys + 1000; i++)
        {
            Assert.True(Unsafe.IsNullRef(ref table.Find(Key(kind, i))));
        }
    }

    [Fact]
    public void TheLargestKeyAndOneAreKeysToo()
    {
        var table = new KeyTable<Row>();
        table.Add(ulong.MaxValue).Value = 5;
        table.Add(1).Value = 6;
        Assert.Equal((5, 6), (table.Find(ulong.MaxValue).Value, table.Find(1).Value));
    }

    [Fact]
    public void WhereASearchBeginsItMostlyEnds()
    {
        var table = new KeyTable<Row>();
        for (var i = 0; i < 100_000; i++)
        {
            table.Add(Made.Key(i));
        }

        Assert.InRange(Enumerable.Range(0, 100_000).Count(i => table.Guess(Made.Key(i)).Key == Made.Key(i)), 85_000, 100_000);
    }

    // Looked at after every growth, where the table is emptiest. A split makes two segments, and now and then a directory of a line per two segments.
    [Theory]
    [InlineData("mixed")]
    [InlineData("counted")]
    public void NoGrowthCopiesMoreThanASegmentAndHalfThePlacesAreUsed(string kind)
    {
        var table = new KeyTable<ViewerRow>();
        var (largest, worst, whole) = (0L, 0.0, 0L);
        for (var i = 0; i < 1_000_000; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            table.Add(Key(kind, i));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > 0 && table.Count >= 1000)
            {
                whole = table.Bytes;
                largest = Math.Max(largest, allocated);
                worst = Math.Max(worst, whole / (double)table.Count);
            }
        }

        Assert.InRange(whole, 24_000_000, 48_000_000);
        Assert.InRange(largest, 1, 160_000);
        Assert.InRange(worst, 24, 48);
    }

    // What comes in the order of another table would else split its way down from one segment, a third of the time that a large room takes to be restored.
    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void WhatIsRestoredAllocatesLittleMoreThanItsPlacesAndWhatIsKeptToo(int rows)
    {
        var table = new KeyTable<ViewerRow>();
        for (var i = 0; i < rows; i++)
        {
            table.Add(Made.Key(i));
        }

        var copy = new KeyTable<ViewerRow>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Made.HandOver(table.Save, copy.Restore);
        var image = rows * (long)Unsafe.SizeOf<ViewerRow>();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(copy.Bytes, image, image * 2);
        Assert.InRange(allocated, copy.Bytes, (copy.Bytes * 1.3) + (image * 1.3) + 200_000);

        var keys = Enumerable.Range(0, rows).Select(static i => Made.Key(i)).Where(static key => key % 2 == 0).ToHashSet();
        var own = new KeyTable<ViewerRow>();
        Made.HandOver(table.Save, (ref StateReader reader) => own.Restore(ref reader, keys.Contains));
        copy.KeepOnly(keys.Contains);
        foreach (var half in (KeyTable<ViewerRow>[])[copy, own])
        {
            Assert.Equal(keys.Count, half.Count);
            Assert.All(keys.Where(key => Unsafe.IsNullRef(ref half.Find(key))), key => Assert.Fail($"{key} is gone"));
            Assert.InRange(half.Bytes, image / 2 * 0.9, image * 1.1);
        }

        var bytes = copy.Bytes;
        before = GC.GetAllocatedBytesForCurrentThread();
        copy.KeepOnly(keys.Contains);
        Assert.Equal((keys.Count, bytes), (copy.Count, copy.Bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (bytes / 10) + 2_000);
    }

    private static ulong Key(string kind, int i) => kind switch
    {
        "mixed" => Made.Key(i),
        "counted" => (ulong)i + 1,
        "counted at the top" => ((ulong)i + 1) << 40,
        "alike at the top" => Inverse * ((0xABCUL << 52) | (Made.Key(i) >> 12)),
        "alike in the middle" => Inverse * ((Made.Key(i) & 0xFFFF_0000_0000_FFFF) | 0x8000_0000_0000),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such keys"),
    };

    // Newton's iteration doubles the bits that are right.
    private static ulong InverseOf(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++)
        {
            inverse *= 2 - (odd * inverse);
        }

        return inverse;
    }

    private struct Row : IKeyed
    {
        public long Value;

        public ulong Key { readonly get; set; }
    }
}
