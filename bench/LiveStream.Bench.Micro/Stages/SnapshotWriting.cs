using System.Buffers;
using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Micro.Samples;
using LiveStream.Metrics.Snapshots;
using LiveStream.Publish.Json;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>The snapshot of a room that has seen a minute of W1, written as JSON. Per snapshot.</summary>
public class SnapshotWriting
{
    private const int Seconds = 60;

    private readonly ArrayBufferWriter<byte> _json = new(1 << 16);
    private SecondOfW1 _room = null!;
    private SessionSnapshot _snapshot = null!;
    private int _knownBytes;

    /// <summary>Plays the minute.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _room = new SecondOfW1(events: 1000, rooms: 1, viewers: 20_000);
        for (var second = 0; second < Seconds; second++)
        {
            _room.FeedNext();
            _room.Settle();
        }

        _snapshot = _room.Snapshot;
        SnapshotJson.Write(_json, _snapshot, default);
        _knownBytes = _json.WrittenCount;
    }

    /// <summary>Writes it.</summary>
    [Benchmark]
    public void Write()
    {
        _json.ResetWrittenCount();
        SnapshotJson.Write(_json, _snapshot, default);
        if (_json.WrittenCount != _knownBytes)
        {
            throw new InvalidOperationException($"{_json.WrittenCount} bytes, not {_knownBytes}.");
        }
    }

    /// <summary>Ends the lane.</summary>
    [GlobalCleanup]
    public void Cleanup() => _room.End();
}
