using LiveStream.Ingest.Decoding;

namespace LiveStream.Ingest.Tests.Decoding;

public sealed class QuoteIndexTests
{
    private readonly QuoteIndex _index = new();

    [Fact]
    public void Quotes_and_bytes_that_need_care_are_found_in_texts_of_every_length()
    {
        var random = new Random(3);
        for (var length = 1; length <= 500; length++)
        {
            for (var share = 1; share <= 64; share *= 4)
            {
                var text = RandomText(random, length, share);
                var at = random.Next(length);
                _index.Clear();
                Check(text, at, _index.Cover(text, at), random);
            }
        }
    }

    [Fact]
    public void A_long_text_is_seen_stretch_by_stretch()
    {
        var random = new Random(4);
        var text = RandomText(random, 60_000, 8);
        _index.Clear();
        for (var at = 0; at < text.Length; at += random.Next(300))
        {
            var cursor = _index.Cover(text, at);
            Assert.True(_index.From <= at && _index.From + _index.Length >= Math.Min(text.Length, at + 1000));
            Check(text, at, cursor, random);
        }
    }

    private void Check(byte[] text, int at, int cursor, Random random)
    {
        var stretch = text.AsSpan(_index.From, _index.Length);
        var expected = Positions(stretch).Where(quote => quote >= at - _index.From).ToArray();
        Assert.Equal(expected, Enumerable.Range(cursor, _index.Quotes - cursor).Select(_index.Quote));
        for (var behind = 0; behind < 4; behind++)
        {
            Assert.Equal(QuoteIndex.None, _index.Quote(_index.Quotes + behind));
        }

        for (var i = 0; i < 20; i++)
        {
            var start = random.Next(_index.Length);
            var end = random.Next(start + 1, _index.Length + 1);
            Assert.Equal(NeedCare(stretch[start..end]), _index.NeedsCare(start, end));
        }
    }

    private static byte[] RandomText(Random random, int length, int share) => [.. Enumerable.Range(0, length).Select(_ =>
        random.Next(share) == 0 ? (byte)'"' : random.Next(share * 16) == 0 ? (byte)random.Next(256) : (byte)random.Next(0x23, 0x5c))];

    private static List<int> Positions(ReadOnlySpan<byte> stretch)
    {
        var positions = new List<int>();
        for (var i = 0; i < stretch.Length; i++)
        {
            if (stretch[i] == '"')
            {
                positions.Add(i);
            }
        }

        return positions;
    }

    private static bool NeedCare(ReadOnlySpan<byte> part)
    {
        foreach (var value in part)
        {
            if (value is < 0x20 or >= 0x80 or (byte)'\\')
            {
                return true;
            }
        }

        return false;
    }
}
