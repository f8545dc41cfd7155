using System.Buffers;
using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Micro.Samples;
using LiveStream.Metrics.Snapshots;
using LiveStream.Publish.Json;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>A snapshot of a room that has seen a minute of W1: its values filled, and written as JSON. Per snapshot.</summary>
public class SnapshotFill
{
    private const int Events = 1000;
    private const int Seconds = 60;

    private readonly ArrayBufferWriter<byte> _json = new(1 << 16);
    private SecondOfRoom _room = null!;
    private SessionSnapshot _snapshot = null!;
    private int _knownBytes;

    /// <summary>Plays the minute.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _room = new SecondOfRoom(Events, viewers: 20_000);
        for (var second = 0; second <= Seconds; second++)
        {
            _room.ApplyNext();
        }

        _snapshot = _room.Session.Fill();
        SnapshotJson.Write(_json, _snapshot, default);
        _knownBytes = _json.WrittenCount;
    }

    /// <summary>Fills the values.</summary>
    [Benchmark]
    public void Fill()
    {
        if (_room.Session.Fill().Applied != Events * (Seconds + 1))
        {
            throw new InvalidOperationException("The snapshot does not count every event.");
        }
    }

    /// <summary>Writes them.</summary>
    [Benchmark]
    public void Json()
    {
        _json.ResetWrittenCount();
        SnapshotJson.Write(_json, _snapshot, default);
        if (_json.WrittenCount != _knownBytes)
        {
            throw new InvalidOperationException($"{_json.WrittenCount} bytes, not {_knownBytes}.");
        }
    }
}
