using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Turns a raw user id into the number that stands for it everywhere behind the decoder: SipHash-2-4 (Aumasson and
/// Bernstein, 2012) with a 128-bit key derived from the identity key. Immutable; shared by all decoders.
/// </summary>
public sealed class Pseudonym
{
    private readonly ulong _key0;
    private readonly ulong _key1;

    /// <summary>Derives the hash key: the first 16 bytes of SHA-256 of a domain tag followed by <paramref name="identityKey"/>.</summary>
    /// <exception cref="ArgumentException">The key is shorter than 32 bytes.</exception>
    public Pseudonym(ReadOnlySpan<byte> identityKey)
    {
        if (identityKey.Length < 32)
        {
            throw new ArgumentException("The identity key must have 32 bytes or more.", nameof(identityKey));
        }

        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData("livestream/pseudonym/v1\0"u8);
        sha.AppendData(identityKey);
        Span<byte> derived = stackalloc byte[32];
        sha.GetHashAndReset(derived);
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(derived);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(derived[8..]);
    }

    /// <summary>The pseudonym of a user id; never 0, which means "no user".</summary>
    public ulong Of(ReadOnlySpan<byte> user)
    {
        var hash = SipHash(_key0, _key1, user);
        return hash == 0 ? 1 : hash;
    }

    /// <summary>SipHash-2-4 as its paper defines it.</summary>
    internal static ulong SipHash(ulong key0, ulong key1, ReadOnlySpan<byte> data)
    {
        var v0 = key0 ^ 0x736f6d6570736575;
        var v1 = key1 ^ 0x646f72616e646f6d;
        var v2 = key0 ^ 0x6c7967656e657261;
        var v3 = key1 ^ 0x7465646279746573;
        var last = ((ulong)data.Length << 56) | Tail(data);
        for (var rest = data; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(rest), ref v0, ref v1, ref v2, ref v3);
        }

        Compress(last, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xff;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compress(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    /// <summary>The up to seven bytes behind the last whole word.</summary>
    private static ulong Tail(ReadOnlySpan<byte> data)
    {
        var count = data.Length % sizeof(ulong);
        if (count == 0)
        {
            return 0;
        }

        if (data.Length > sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(data[^sizeof(ulong)..]) >> (8 * (sizeof(ulong) - count));
        }

        ulong tail = 0;
        for (var i = count - 1; i >= 0; i--)
        {
            tail = (tail << 8) | data[i];
        }

        return tail;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32) + v3;
        v2 += v1;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
