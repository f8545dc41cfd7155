using System.Numerics;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Products;

/// <summary>
/// What happened to each product in each of the last seconds, so that a window can take out what leaves it: one entry a product and second, a few
/// bytes each. Keeps as many seconds as the longest window needs, so it is bounded by products and seconds, not by events; holds nothing for quiet
/// rooms. Owned by one session.
/// </summary>
public sealed class ProductLog(int seconds)
{
    private const int PresentBits = 5;
    private const int OnesBit = 1 << PresentBits;

    private readonly long[] _ends = new long[seconds];
    private byte[] _bytes = [];
    private long _head;
    private long _tail;
    private long _read;

    /// <summary>Seconds that it goes back.</summary>
    public int Seconds => seconds;

    /// <summary>Bytes held.</summary>
    public long Count => _tail - _head;

    /// <summary>Appends what happened to a product in the second that is being closed.</summary>
    public void Append(int product, in ProductCounts counts)
    {
        Write((ulong)product);
        Span<uint> each = [counts.Clicks, counts.Carts, counts.Orders, counts.Payments, counts.Impressions];
        var present = 0;
        var ones = OnesBit;
        for (var i = 0; i < each.Length; i++)
        {
            present |= each[i] != 0 ? 1 << i : 0;
            ones = each[i] > 1 ? 0 : ones;
        }

        Write((ulong)(present | ones));
        for (var i = 0; i < each.Length && ones == 0; i++)
        {
            if (each[i] != 0)
            {
                Write(each[i]);
            }
        }

        if (counts.Payments != 0)
        {
            Write((ulong)counts.Units);
            Write((ulong)(counts.GmvMinor & ulong.MaxValue));
            Write((ulong)(counts.GmvMinor >>> 64));
        }
    }

    /// <summary>Closes a second (relative to the origin) and forgets the one that no window can still need.</summary>
    public void Close(int second)
    {
        ref var end = ref _ends[second % seconds];
        if (second >= seconds)
        {
            _head = end;
        }

        end = _tail;
    }

    /// <summary>Goes to the first entry of a second; false when it has none.</summary>
    public bool Seek(int second, out long end)
    {
        end = second < 0 ? 0 : _ends[second % seconds];
        _read = second <= 0 ? 0 : _ends[(second - 1) % seconds];
        return _read < end;
    }

    /// <summary>The next entry before <paramref name="end"/>; false when there is none.</summary>
    public bool Read(long end, out int product, out ProductCounts counts)
    {
        counts = default;
        if (_read >= end)
        {
            product = 0;
            return false;
        }

        product = (int)Next();
        var header = (int)Next();
        var ones = (header & OnesBit) != 0;
        counts.Clicks = CountOf(header, 0, ones);
        counts.Carts = CountOf(header, 1, ones);
        counts.Orders = CountOf(header, 2, ones);
        counts.Payments = CountOf(header, 3, ones);
        counts.Impressions = CountOf(header, 4, ones);
        if (counts.Payments != 0)
        {
            counts.Units = (long)Next();
            var low = Next();
            counts.GmvMinor = new Int128(Next(), low);
        }

        return true;
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        var ends = new long[seconds];
        for (var i = 0; i < seconds; i++)
        {
            ends[i] = Math.Max(0, _ends[i] - _head);
        }

        writer.WritePacked<long>(ends);
        var bytes = new byte[Count];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = _bytes[(_head + i) & (_bytes.Length - 1)];
        }

        writer.WriteBytes(bytes);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        reader.ReadPacked<long>(_ends);
        var bytes = reader.ReadBytes();
        _bytes = new byte[Math.Max(64, (int)BitOperations.RoundUpToPowerOf2((uint)bytes.Length + 16))];
        bytes.CopyTo(_bytes, 0);
        _head = 0;
        _tail = bytes.Length;
    }

    private uint CountOf(int header, int bit, bool ones) => ((header >> bit) & 1) == 0 ? 0 : ones ? 1 : (uint)Next();

    private void Write(ulong value)
    {
        if (_tail - _head + 10 > _bytes.Length)
        {
            Grow();
        }

        var mask = _bytes.Length - 1;
        for (; value >= 0x80; value >>= 7)
        {
            _bytes[_tail++ & mask] = (byte)(value | 0x80);
        }

        _bytes[_tail++ & mask] = (byte)value;
    }

    private ulong Next()
    {
        var mask = _bytes.Length - 1;
        ulong value = _bytes[_read++ & mask];
        if (value < 0x80)
        {
            return value;
        }

        value &= 0x7f;
        for (var shift = 7; ; shift += 7)
        {
            ulong part = _bytes[_read++ & mask];
            value |= (part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    private void Grow()
    {
        var grown = new byte[Math.Max(64, _bytes.Length * 2)];
        for (var p = _head; p < _tail; p++)
        {
            grown[p & (grown.Length - 1)] = _bytes[p & (_bytes.Length - 1)];
        }

        _bytes = grown;
    }
}
