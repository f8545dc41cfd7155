using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace LiveStream.App.Replay;

/// <summary>A place in a sorted run while runs are merged: one in memory, or a part of a spilled file read through a small buffer.</summary>
internal sealed class RunCursor
{
    private const int ReadAheadBytes = 64 * 1024;

    private readonly SnapshotRun? run;
    private readonly SafeFileHandle? file;
    private readonly long end;
    private long position;
    private byte[] buffer = [];
    private int start;
    private int filled;
    private int index = -1;
    private int roomBytes;
    private int sessionBytes;
    private int jsonBytes;

    public RunCursor(SnapshotRun run) => this.run = run;

    public RunCursor(SafeFileHandle file, SpilledRun spilled)
    {
        this.file = file;
        position = spilled.Offset;
        end = spilled.Offset + spilled.Length;
        buffer = new byte[ReadAheadBytes];
    }

    /// <summary>Key of the current snapshot.</summary>
    public SnapshotKey Key
    {
        get
        {
            if (run is not null)
            {
                return run.Key(index);
            }

            var record = buffer.AsSpan(start);
            return new SnapshotKey(
                BinaryPrimitives.ReadInt64LittleEndian(record),
                record.Slice(SnapshotRun.HeaderBytes, roomBytes),
                record.Slice(SnapshotRun.HeaderBytes + roomBytes, sessionBytes),
                BinaryPrimitives.ReadInt64LittleEndian(record[8..]));
        }
    }

    /// <summary>The current snapshot.</summary>
    public ReadOnlySpan<byte> Json => run is not null
        ? run.Json(index)
        : buffer.AsSpan(start + SnapshotRun.HeaderBytes + roomBytes + sessionBytes, jsonBytes);

    private int RecordBytes => SnapshotRun.HeaderBytes + roomBytes + sessionBytes + jsonBytes;

    /// <summary>Goes to the next snapshot; false at the end.</summary>
    public bool MoveNext()
    {
        index++;
        if (run is not null)
        {
            return index < run.Count;
        }

        if (index > 0)
        {
            start += RecordBytes;
        }

        if (!Ensure(SnapshotRun.HeaderBytes))
        {
            return false;
        }

        var header = buffer.AsSpan(start);
        roomBytes = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        sessionBytes = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        jsonBytes = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        return Ensure(RecordBytes) ? true : throw new InvalidDataException("A spilled snapshot is cut short.");
    }

    private bool Ensure(int needed)
    {
        if (filled - start >= needed)
        {
            return true;
        }

        buffer.AsSpan(start, filled - start).CopyTo(buffer);
        filled -= start;
        start = 0;
        if (buffer.Length < needed)
        {
            Array.Resize(ref buffer, needed);
        }

        while (filled < needed && position < end)
        {
            var wanted = (int)Math.Min(buffer.Length - filled, end - position);
            var read = RandomAccess.Read(file!, buffer.AsSpan(filled, wanted), position);
            if (read == 0)
            {
                break;
            }

            filled += read;
            position += read;
        }

        return filled >= needed;
    }
}

/// <summary>Where a sorted run lies in a spill file.</summary>
internal readonly record struct SpilledRun(long Offset, long Length);
