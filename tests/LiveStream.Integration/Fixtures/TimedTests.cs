namespace LiveStream.Integration.Fixtures;

/// <summary>Tests that hold the program to seconds: they run alone, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedTests
{
    public const string Name = "timed";
}
