using System.Buffers.Binary;

namespace LiveStream.App.Replay;

/// <summary>
/// Snapshots in one fixed buffer, sorted once it is full: the unit that <see cref="SnapshotLog"/> merges or spills.
/// Owned by the lane that fills it, then by the log. Holds whole snapshots only.
/// </summary>
/// <param name="capacity">Size of the buffer; a first snapshot that is larger gets a buffer of its own size.</param>
internal sealed class SnapshotRun(int capacity)
{
    /// <summary>Record in a spilled run: asOf, start, lengths of room, session and JSON, then their bytes.</summary>
    public const int HeaderBytes = (2 * sizeof(long)) + (3 * sizeof(int));

    private readonly List<Entry> entries = [];
    private byte[] bytes = new byte[capacity];
    private int used;

    public int Count => entries.Count;

    public int CapacityBytes => bytes.Length;

    /// <summary>The key of a snapshot, valid until the run is cleared.</summary>
    public SnapshotKey Key(int index)
    {
        var entry = entries[index];
        return new SnapshotKey(
            entry.AsOfMs,
            bytes.AsSpan(entry.Offset, entry.RoomBytes),
            bytes.AsSpan(entry.Offset + entry.RoomBytes, entry.SessionBytes),
            entry.StartMs);
    }

    /// <summary>The snapshot itself.</summary>
    public ReadOnlySpan<byte> Json(int index)
    {
        var entry = entries[index];
        return bytes.AsSpan(entry.Offset + entry.RoomBytes + entry.SessionBytes, entry.JsonBytes);
    }

    /// <summary>Copies a snapshot in; false when it does not fit any more.</summary>
    public bool TryAdd(in SnapshotKey key, ReadOnlySpan<byte> json)
    {
        var needed = key.Room.Length + key.Session.Length + json.Length;
        if (needed > bytes.Length - used)
        {
            if (entries.Count > 0)
            {
                return false;
            }

            bytes = new byte[needed];
        }

        entries.Add(new Entry(key.AsOfMs, key.StartMs, used, key.Room.Length, key.Session.Length, json.Length));
        key.Room.CopyTo(bytes.AsSpan(used));
        key.Session.CopyTo(bytes.AsSpan(used + key.Room.Length));
        json.CopyTo(bytes.AsSpan(used + key.Room.Length + key.Session.Length));
        used += needed;
        return true;
    }

    /// <summary>Puts the snapshots in order.</summary>
    public void Sort() => entries.Sort((left, right) => KeyOf(left).CompareTo(KeyOf(right)));

    /// <summary>Makes room for the next run.</summary>
    public void Clear()
    {
        entries.Clear();
        used = 0;
    }

    /// <summary>Writes the snapshots in their present order.</summary>
    public void Spill(Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header, entry.AsOfMs);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], entry.StartMs);
            BinaryPrimitives.WriteInt32LittleEndian(header[16..], entry.RoomBytes);
            BinaryPrimitives.WriteInt32LittleEndian(header[20..], entry.SessionBytes);
            BinaryPrimitives.WriteInt32LittleEndian(header[24..], entry.JsonBytes);
            file.Write(header);
            file.Write(bytes, entry.Offset, entry.RoomBytes + entry.SessionBytes + entry.JsonBytes);
        }
    }

    private SnapshotKey KeyOf(Entry entry) => new(
        entry.AsOfMs,
        bytes.AsSpan(entry.Offset, entry.RoomBytes),
        bytes.AsSpan(entry.Offset + entry.RoomBytes, entry.SessionBytes),
        entry.StartMs);

    private readonly record struct Entry(long AsOfMs, long StartMs, int Offset, int RoomBytes, int SessionBytes, int JsonBytes);
}
