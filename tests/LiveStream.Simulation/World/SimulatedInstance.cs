namespace LiveStream.Simulation.World;

/// <summary>A member of the group across its lives.</summary>
internal sealed class SimulatedInstance(SimulatedWorld world, int number)
{
    private int _lives;

    /// <summary>Its present life, or null.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>Starts it, unless it runs.</summary>
    public void Start()
    {
        if (Process is null)
        {
            world.Note(number, "starts");
            var member = world.Scenario.IsStatic ? number : (_lives++ * world.Scenario.Instances) + number;
            Process = new SimulatedProcess(world, number, member);
            Process.Start();
        }
    }

    /// <summary>Ends it where it is.</summary>
    public void Kill()
    {
        Process?.Kill();
        Process = null;
    }

    /// <summary>Ends it a few steps of its own from now.</summary>
    public void KillAfter(int steps, Action killed) => Process?.Clock.DieAfter(steps, () =>
    {
        world.Note(number, "dies");
        Kill();
        killed();
    });

    /// <summary>Ends it in order, unless it is ending.</summary>
    public void Stop(Action ended)
    {
        if (Process is { } process)
        {
            process.Clock.Do(() => process.Stop(() =>
            {
                Process = ReferenceEquals(Process, process) ? null : Process;
                ended();
            }));
        }
    }
}
