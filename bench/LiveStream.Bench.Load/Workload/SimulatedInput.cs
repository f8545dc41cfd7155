using LiveStream.App.Simulate;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Bench.Load.Workload;

/// <summary>Puts made events through the decoder into an intake, one partition, nothing kept.</summary>
internal sealed class SimulatedInput(GroupIntake intake)
{
    private readonly EventDecoder _decoder = W1Workload.NewDecoder();
    private readonly byte[] _line = new byte[SimulatedEventJson.MaxBytes];

    /// <summary>Adds an event.</summary>
    public void Add(in SimulatedEvent e)
    {
        var line = _line.AsSpan(0, SimulatedEventJson.Write(e, _line));
        if (_decoder.Decode(line, TopicTypes.All, out var parsed) != RejectReason.None)
        {
            throw new InvalidOperationException("The decoder rejects an event of the workload.");
        }

        intake.Add(0, parsed, GroupIntake.NoTimestamp);
    }
}
