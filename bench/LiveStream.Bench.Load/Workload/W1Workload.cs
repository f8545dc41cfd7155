using LiveStream.App.Simulate;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.Bench.Load.Workload;

/// <summary>
/// W1 in memory, made once from its seed: as JSON lines and as decoded events, in the order of one partition, with the sums that the
/// generator knows. Shared by all rows, changed by none.
/// </summary>
public sealed class W1Workload
{
    /// <summary>Key of the pseudonyms; nothing of a benchmark is published.</summary>
    private static readonly byte[] IdentityKey = new byte[32];

    /// <summary>Makes the events.</summary>
    public W1Workload(LoadOptions options)
    {
        Options = options.Simulation;
        Decoded = new DecodedLog(options.Events);
        var generator = new W1Generator(Options);
        var truth = new TruthLedger(Options);
        var decoder = NewDecoder();
        var e = default(SimulatedEvent);
        var block = new byte[LineBlock.Size];
        var length = 0;
        while (generator.Next(ref e))
        {
            if (length + SimulatedEventJson.MaxBytes >= block.Length)
            {
                Lines.Add(new LineBlock(block, length));
                block = new byte[LineBlock.Size];
                length = 0;
            }

            var written = SimulatedEventJson.Write(e, block.AsSpan(length));
            if (decoder.Decode(block.AsSpan(length, written), TopicTypes.All, out var parsed) != RejectReason.None)
            {
                throw new InvalidOperationException("The decoder rejects an event of the workload.");
            }

            Decoded.Add(parsed);
            block[length + written] = (byte)'\n';
            length += written + 1;
            LargestMs = Math.Max(LargestMs, e.TimeMs);
            truth.Add(e, partition: 0);
        }

        Lines.Add(new LineBlock(block, length));
        Known = Answer.Of(truth.Rooms, FinalMs);
    }

    /// <summary>What the generator was given.</summary>
    public SimulationOptions Options { get; }

    /// <summary>The events as JSON lines.</summary>
    public List<LineBlock> Lines { get; } = [];

    /// <summary>The same events decoded.</summary>
    public DecodedLog Decoded { get; }

    /// <summary>Bytes of all lines.</summary>
    public long LineBytes => Lines.Sum(block => (long)block.Length);

    /// <summary>Largest event time.</summary>
    public long LargestMs { get; }

    /// <summary>The hop behind the last event: the last T.</summary>
    public long FinalMs => LargestMs - (LargestMs % EngineOptions.HopMs) + EngineOptions.HopMs;

    /// <summary>The middle of event time.</summary>
    public long HalfMs => (Options.FirstMs + FinalMs) / 2;

    /// <summary>What every row has to find.</summary>
    public Answer Known { get; }

    /// <summary>A decoder as the engine uses it.</summary>
    public static EventDecoder NewDecoder() => new(NewPseudonym());

    /// <summary>The pseudonyms of the workload.</summary>
    public static Pseudonym NewPseudonym() => new(IdentityKey);
}
