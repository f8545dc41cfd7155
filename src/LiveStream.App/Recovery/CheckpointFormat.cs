using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.App.Recovery;

/// <summary>
/// A checkpoint as bytes: 8 bytes that say what it is, the version of this format and the length of the header (4 bytes each, the lowest first), the
/// header as JSON so that people can read it (<c>head -c 800</c>), the image's sections one after the other, and the SHA-256 of all of it.
/// </summary>
internal static class CheckpointFormat
{
    /// <summary>Version of this format and of the sections in it: raised with every change of either.</summary>
    public const int Version = 1;

    private const int MaxHeaderBytes = 1 << 20;
    private const int PrefixBytes = 16;

    private static ReadOnlySpan<byte> Mark => "LVCKPT\r\n"u8;

    /// <summary>Writes; the sections are not copied.</summary>
    public static ReadOnlySequence<byte> Write(Checkpoint checkpoint)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Header
        {
            Configuration = checkpoint.Configuration,
            Group = checkpoint.Name.Group,
            Epoch = checkpoint.Name.Epoch,
            Sequence = checkpoint.Name.Sequence,
            TakenAtMs = checkpoint.TakenAt.ToUnixTimeMilliseconds(),
            SettledMs = checkpoint.Image.SettledMs,
            LargestMs = checkpoint.Image.LargestMs,
            WholeFromMs = checkpoint.Image.WholeFromMs,
            Topics = [.. checkpoint.Topics.Zip(checkpoint.Image.Partitions, (name, at) => new TopicPosition { Name = name, NextOffset = at.NextOffset, LargestMs = at.LargestMs })],
            Sections = [.. checkpoint.Image.Sections.Select(section => section.Length)],
        });
        var prefix = new byte[PrefixBytes];
        Mark.CopyTo(prefix);
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(12), header.Length);
        var body = Segments.Of([prefix, header, .. checkpoint.Image.Sections.SelectMany(Segments.Pieces)]);
        return Segments.Of([.. Segments.Pieces(body), Checksum(body)]);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the sections are parts of <paramref name="content"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message says how.</exception>
    /// <exception cref="NotSupportedException">It has another version.</exception>
    public static Checkpoint Read(CheckpointName name, ReadOnlySequence<byte> content)
    {
        if (content.Length < PrefixBytes + SHA256.HashSizeInBytes)
        {
            throw new InvalidDataException($"it has {content.Length} bytes only");
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        content.Slice(0, PrefixBytes).CopyTo(prefix);
        if (!prefix[..Mark.Length].SequenceEqual(Mark))
        {
            throw new InvalidDataException("it does not begin as a checkpoint does");
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(prefix[8..]) is var version && version != Version)
        {
            throw new NotSupportedException($"it has format {version} and this program reads {Version}");
        }

        var body = content.Slice(0, content.Length - SHA256.HashSizeInBytes);
        if (!content.Slice(body.Length).ToArray().AsSpan().SequenceEqual(Checksum(body)))
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(prefix[12..]);
        if (headerBytes is < 2 or > MaxHeaderBytes || headerBytes > body.Length - PrefixBytes)
        {
            throw new InvalidDataException("its header is longer than it is");
        }

        return Read(name, body.Slice(PrefixBytes, headerBytes), body.Slice(PrefixBytes + headerBytes));
    }

    private static Checkpoint Read(CheckpointName name, ReadOnlySequence<byte> headerBytes, ReadOnlySequence<byte> rest)
    {
        Header header;
        try
        {
            var reader = new Utf8JsonReader(headerBytes);
            header = JsonSerializer.Deserialize<Header>(ref reader) ?? throw new JsonException("empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("its header cannot be read", e);
        }

        if (new CheckpointName(header.Group, header.Epoch, header.Sequence) is var own && own != name)
        {
            throw new InvalidDataException($"it is checkpoint {own}");
        }

        if (header.Sections.Sum() != rest.Length)
        {
            throw new InvalidDataException("its sections do not add up");
        }

        var sections = new List<ReadOnlySequence<byte>>(header.Sections.Length);
        foreach (var length in header.Sections)
        {
            sections.Add(rest.Slice(0, length));
            rest = rest.Slice(length);
        }

        var image = new GroupImage
        {
            SettledMs = header.SettledMs,
            LargestMs = header.LargestMs,
            WholeFromMs = header.WholeFromMs,
            Partitions = [.. header.Topics.Select(topic => new PartitionPosition(topic.NextOffset, topic.LargestMs))],
            Sections = sections,
        };
        return new Checkpoint(
            name, header.Configuration, DateTimeOffset.FromUnixTimeMilliseconds(header.TakenAtMs), [.. header.Topics.Select(topic => topic.Name)], image);
    }

    private static byte[] Checksum(ReadOnlySequence<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in body)
        {
            hash.AppendData(piece.Span);
        }

        return hash.GetHashAndReset();
    }

    private sealed record Header
    {
        public required string Configuration { get; init; }

        public required int Group { get; init; }

        public required long Epoch { get; init; }

        public required long Sequence { get; init; }

        public required long TakenAtMs { get; init; }

        public required long SettledMs { get; init; }

        public required long LargestMs { get; init; }

        public required long WholeFromMs { get; init; }

        public required TopicPosition[] Topics { get; init; }

        public required long[] Sections { get; init; }
    }

    private sealed record TopicPosition
    {
        public required string Name { get; init; }

        public required long NextOffset { get; init; }

        public required long LargestMs { get; init; }
    }
}
