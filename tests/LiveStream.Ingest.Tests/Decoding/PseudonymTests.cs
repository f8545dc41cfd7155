using LiveStream.Ingest.Decoding;

namespace LiveStream.Ingest.Tests.Decoding;

public sealed class PseudonymTests
{
    /// <summary>Vectors of the reference implementation: key 00..0f, messages 00, 00 01, ...</summary>
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(7, 0xab0200f58b01d137)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    public void SipHash_agrees_with_its_authors(int length, ulong expected)
    {
        var message = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        Assert.Equal(expected, Pseudonym.SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908, message));
    }

    [Fact]
    public void Another_key_gives_other_pseudonyms()
    {
        var other = new Pseudonym("0123456789abcdef0123456789abcdeF"u8);
        Assert.NotEqual(Samples.Pseudonym.Of("u1"u8), other.Of("u1"u8));
        Assert.Equal(Samples.Pseudonym.Of("u1"u8), new Pseudonym("0123456789abcdef0123456789abcdef"u8).Of("u1"u8));
    }

    [Fact]
    public void A_short_key_is_refused() => Assert.Throws<ArgumentException>(() => new Pseudonym("short"u8));
}
