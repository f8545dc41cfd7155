using System.Text;
using LiveStream.Oracle;

namespace LiveStream.Simulation.World;

/// <summary>A record as a reader finds it.</summary>
/// <param name="Offset">Offset in its partition.</param>
/// <param name="AppendedMs">When it came, by the wall clock.</param>
/// <param name="TimestampMs">The timestamp it carries.</param>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
/// <param name="MayTrail">As of <see cref="LiveRecord"/>.</param>
internal sealed record StoredRecord(long Offset, long AppendedMs, long TimestampMs, byte[] Key, byte[] Value, bool MayTrail);

/// <summary>Topics times partitions, in memory: appended to at the end, truncated at the beginning, never changed.</summary>
internal sealed class MemoryLog(int topics, int partitions)
{
    private readonly List<StoredRecord>[] _records = [.. Enumerable.Range(0, topics * partitions).Select(_ => new List<StoredRecord>())];
    private readonly MemoryStream[] _lines = [.. Enumerable.Range(0, topics * partitions).Select(_ => new MemoryStream())];
    private readonly long[] _starts = new long[topics * partitions];

    /// <summary>Number of topics.</summary>
    public int Topics => topics;

    /// <summary>Number of partitions of each topic.</summary>
    public int Partitions => partitions;

    /// <summary>Everything that was ever appended: of each partition its events as lines.</summary>
    public IReadOnlyList<byte[]> Files => [.. _lines.Select(lines => lines.ToArray())];

    /// <summary>Offset after the last record.</summary>
    public long EndOf(int topic, int partition) => _records[Index(topic, partition)].Count;

    /// <summary>Offset of the first record that is still there.</summary>
    public long StartOf(int topic, int partition) => _starts[Index(topic, partition)];

    /// <summary>The record at an offset between start and end.</summary>
    public StoredRecord Read(int topic, int partition, long offset) => offset >= StartOf(topic, partition)
        ? _records[Index(topic, partition)][(int)offset]
        : throw new InvalidOperationException($"Offset {offset} of partition {partition} of topic {topic} was deleted.");

    /// <summary>Appends a record.</summary>
    public void Append(LiveRecord record)
    {
        var index = Index(record.Topic, record.Partition);
        _records[index].Add(new StoredRecord(
            _records[index].Count, record.AppendMs, record.TimestampMs, Encoding.UTF8.GetBytes(record.Key), record.Value, record.MayTrail));
        foreach (var line in record.Lines)
        {
            _lines[index].Write(line);
            _lines[index].WriteByte((byte)'\n');
        }
    }

    /// <summary>Deletes what lies before an offset, as retention does.</summary>
    public void Truncate(int topic, int partition, long beforeOffset) =>
        _starts[Index(topic, partition)] = Math.Clamp(beforeOffset, StartOf(topic, partition), EndOf(topic, partition));

    private int Index(int topic, int partition) => (topic * partitions) + partition;
}
