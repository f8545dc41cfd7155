namespace LiveStream.App.Simulate;

/// <summary>Traffic sources of viewers, and how many come from each.</summary>
internal static class Channels
{
    /// <summary>Index of the source of people who already follow the room.</summary>
    public const int Follow = 2;

    private static readonly byte[][] Names =
        ["feed"u8.ToArray(), "search"u8.ToArray(), "follow"u8.ToArray(), "ads"u8.ToArray(), "share"u8.ToArray(), "square"u8.ToArray()];

    private static readonly AliasTable Shares = new([46, 9, 18, 14, 6, 7]);

    public static ReadOnlySpan<byte> Name(int channel) => Names[channel];

    public static byte Pick(ulong bits) => (byte)Shares.Pick(bits);
}
