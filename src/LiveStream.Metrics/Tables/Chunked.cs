using System.Runtime.CompilerServices;

namespace LiveStream.Metrics.Tables;

/// <summary>
/// A growing array in chunks of 1,024 (the first one grows from 16), so that growing copies little and old references stay where
/// they are. Owned by one lane's state.
/// </summary>
public sealed class Chunked<T>
    where T : struct
{
    private const int Bits = 10;
    private const int Size = 1 << Bits;
    private const int FirstSize = 16;

    private T[][] _chunks = [];

    /// <summary>Elements in use: one more than the largest index ever ensured.</summary>
    public int Count { get; private set; }

    /// <summary>The element, by reference; the reference is good until the next <see cref="Ensure"/>.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> Bits][index & (Size - 1)];
    }

    /// <summary>Makes an index usable; new elements are zero.</summary>
    public void Ensure(int index)
    {
        if (index >= Count)
        {
            Grow(index);
        }
    }

    /// <summary>The used elements of a chunk; empty past the last.</summary>
    public Span<T> Chunk(int number)
    {
        var from = number << Bits;
        return from >= Count ? [] : _chunks[number].AsSpan(0, Math.Min(Size, Count - from));
    }

    private void Grow(int index)
    {
        var chunk = index >> Bits;
        if (chunk >= _chunks.Length)
        {
            var have = _chunks.Length;
            Array.Resize(ref _chunks, chunk + 1);
            for (var i = have; i <= chunk; i++)
            {
                _chunks[i] = new T[chunk == 0 ? FirstSize : Size];
            }
        }

        if (chunk > 0 && _chunks[0].Length < Size)
        {
            Array.Resize(ref _chunks[0], Size);
        }
        else if (chunk == 0 && index >= _chunks[0].Length)
        {
            Array.Resize(ref _chunks[0], Math.Min(Size, Math.Max(index + 1, _chunks[0].Length * 2)));
        }

        Count = index + 1;
    }
}
