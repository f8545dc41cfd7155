using LiveStream.Metrics.Names;
using LiveStream.Metrics.Tables;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// What an intake's numbers of names mean in a lane: the lane's own number of each name, and the entry of each room once it was looked up. Owned by
/// the lane's group.
/// </summary>
internal sealed class LaneNames(NameTable names)
{
    private int[] _numbers = new int[256];
    private RoomEntry?[] _entries = new RoomEntry?[256];
    private int _count;
    private int _generation = -1;
    private int _version = -1;

    /// <summary>Learns the names that come with a batch; in a new generation all earlier ones are forgotten.</summary>
    public void Learn(EventBatch batch)
    {
        if (batch.Generation != _generation)
        {
            _generation = batch.Generation;
            Array.Clear(_entries);
            _count = 0;
        }

        foreach (var name in batch.Names)
        {
            if (name.Number >= _numbers.Length)
            {
                var length = Math.Max(name.Number + 1, _numbers.Length * 2);
                Array.Resize(ref _numbers, length);
                Array.Resize(ref _entries, length);
            }

            // Numbers that this lane is not told of lie between.
            while (_count <= name.Number)
            {
                _numbers[_count++] = NameTable.None;
            }

            _numbers[name.Number] = names.Intern(batch.Text(name.Offset, name.Length), name.Hash);
            _entries[name.Number] = null;
        }
    }

    /// <summary>The lane's number of a name, or of no name.</summary>
    public int Of(int number) => number < 0 ? NameTable.None : _numbers[number];

    /// <summary>Asks for the lane's number of a name.</summary>
    public void Prefetch(int number) => CacheLine.Prefetch(ref _numbers[Math.Max(0, number)]);

    /// <summary>The entry of a room.</summary>
    public RoomEntry EntryOf(int number, long timeMs, RoomTable rooms)
    {
        if (_version != rooms.Version)
        {
            _version = rooms.Version;
            Array.Clear(_entries);
        }

        return _entries[number] ??= rooms.GetOrAdd(_numbers[number], timeMs);
    }

    /// <summary>The entry of a room if it was looked up before; it may have been removed since.</summary>
    public RoomEntry? KnownEntryOf(int number) => _entries[number];

    /// <summary>Marks every name that a number stands for.</summary>
    public void Mark()
    {
        for (var i = 0; i < _count; i++)
        {
            names.Mark(_numbers[i]);
        }
    }
}
