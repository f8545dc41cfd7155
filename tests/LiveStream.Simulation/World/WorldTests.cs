namespace LiveStream.Simulation.World;

public sealed class WorldTests
{
    [Fact]
    public void Every_world_ends_with_the_oracles_numbers()
    {
        var from = int.Parse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_FROM") ?? "0");
        for (var seed = from; seed < from + int.Parse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEEDS") ?? "20"); seed++)
        {
            var scenario = Scenario.Of(seed);
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            var world = new SimulatedWorld(scenario);
            var wrong = world.Run();
            Console.WriteLine($"{System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms, {world.Seen.Count} snapshots; {scenario}");
            if (wrong is not null)
            {
                var again = new SimulatedWorld(scenario, isTraced: true);
                var same = again.Run();
                Console.WriteLine(same == wrong);
                File.WriteAllLines("/tmp/chaos/trace.txt", again.Trace);
            }
            Assert.True(wrong is null, $"{scenario}\n{wrong}");
        }
    }
}
