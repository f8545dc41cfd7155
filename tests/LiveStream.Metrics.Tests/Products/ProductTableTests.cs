using System.Text;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Products;

namespace LiveStream.Metrics.Tests.Products;

public sealed class ProductTableTests
{
    [Theory]
    [InlineData(1, 1_000_000, 3000)]
    [InlineData(2, 100, 300)]
    [InlineData(3, 0, 5)]
    [InlineData(4, 1, 5)]
    public void IsADictionaryUpToItsCap(int seed, int cap, int ids)
    {
        var random = new Random(seed);
        var names = new NameTable();
        var table = new ProductTable(names, cap);
        var model = new List<int>();
        for (var i = 0; i < 20_000; i++)
        {
            var name = names.Intern(Encoding.UTF8.GetBytes($"商品{random.Next(ids)}"));
            var known = model.IndexOf(name);
            Assert.Equal(known >= 0 || model.Count < cap, table.Fits(name));
            table.Prefetch(name);
            ref var slot = ref table.FindOrAdd(name);
            if (known < 0 && model.Count < cap)
            {
                Assert.Equal((model.Count, 0, ProductMarks.None), (slot.Number, slot.InSecond, slot.Marks));
                known = model.Count;
                model.Add(name);
            }

            Assert.Equal(known >= 0, slot.IsUsed);
            if (known >= 0)
            {
                Assert.Equal((known, name), (slot.Number, slot.Name));
                slot.InSecond = known + 1;
                slot.Marks = ProductMarks.Paid;
                table[known].Exhibit = known + 2;
            }

            Assert.Equal(model.Count, table.Count);
        }

        // Its place in the second is believed only if it stands there, so a copy may have another.
        var copy = new ProductTable(names, cap);
        Made.HandOver(table.Save, copy.Restore, names);
        Assert.Equal(model.Count, copy.Count);
        for (var product = 0; product < model.Count; product++)
        {
            ref readonly var slot = ref table.SlotOfProduct(product);
            Assert.Equal((product, product + 1, ProductMarks.Paid), (slot.Number, slot.InSecond, slot.Marks));
            Assert.Equal((product, ProductMarks.Paid), (copy.SlotOfProduct(product).Number, copy.SlotOfProduct(product).Marks));
            Assert.Equal(table[product], copy[product]);
            Assert.Equal((model[product], NameTable.None, product + 2), (table[product].Name, table[product].DisplayName, table[product].Exhibit));
            Assert.Equal(names[model[product]], table.IdOf(product));
        }
    }

    [Fact]
    public void ComparesByIdAndKeepsItsNamesOverASweep()
    {
        var names = new NameTable();
        var table = new ProductTable(names, 100);
        string[] ordered = ["A", "a", "aa", "é", "中", "😀"];
        foreach (var id in ordered.Reverse())
        {
            names.Intern(Encoding.UTF8.GetBytes($"free {id}"));
            table.FindOrAdd(names.Intern(Encoding.UTF8.GetBytes(id)));
        }

        table[0].DisplayName = names.Intern("display"u8);
        Assert.All(Enumerable.Range(0, 6), left => Assert.All(Enumerable.Range(0, 6), right =>
            Assert.Equal(Math.Sign(right - left), Math.Sign(table.Compare(left, right)))));
        names.BeginSweep();
        table.Mark();
        names.EndSweep();
        Assert.Equal(7, names.Count);
        Assert.Equal(ordered.Reverse(), Enumerable.Range(0, 6).Select(product => Encoding.UTF8.GetString(table.IdOf(product))));
    }
}
