using System.IO.Compression;

namespace LiveStream.Ingest.Files;

/// <summary>
/// The decompressed content of a gzip file. <see cref="GZipStream"/> takes a file that was cut off for one that ends there;
/// this does not: it lets one more small member, the seal, follow the file, which can be read only when the file's own
/// members are complete. Used by <see cref="LineFile"/>.
/// </summary>
internal sealed class GzipContent : IDisposable
{
    private static readonly byte[] Seal = "sealed"u8.ToArray();

    private readonly SealedStream _file;
    private readonly GZipStream _gzip;

    /// <summary>Reads <paramref name="file"/> from where it stands.</summary>
    public GzipContent(Stream file)
    {
        _file = new SealedStream(file, Compress(Seal));
        _gzip = new GZipStream(_file, CompressionMode.Decompress);
    }

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or cut off.</exception>
    public int Read(byte[] target, int count)
    {
        try
        {
            var read = _gzip.Read(target, 0, count);
            return _file.SealBegun ? ExpectSeal(target, read) : read;
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException(_file.SealBegun ? "the compressed data ends too early" : "the compressed data is damaged", error);
        }
    }

    public void Dispose() => _gzip.Dispose();

    // More input is asked for only when all that came before has been handed out: what comes now is the seal, or ruin.
    private int ExpectSeal(byte[] target, int read)
    {
        while (read < Seal.Length && _gzip.Read(target, read, Seal.Length - read) is > 0 and var more)
        {
            read += more;
        }

        return target.AsSpan(0, read).SequenceEqual(Seal) ? 0 : throw new InvalidDataException();
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    /// <summary>A stream with a few bytes behind its end.</summary>
    private sealed class SealedStream(Stream inner, byte[] seal) : Stream
    {
        private int _given;

        public bool SealBegun => _given > 0;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = SealBegun ? 0 : inner.Read(buffer);
            if (read == 0)
            {
                read = Math.Min(buffer.Length, seal.Length - _given);
                seal.AsSpan(_given, read).CopyTo(buffer);
                _given += read;
            }

            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
