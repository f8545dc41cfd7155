namespace LiveStream.Integration.Fixtures;

/// <summary>
/// Where a real Kafka lies: a folder with <c>libs/*.jar</c>, named by LIVESTREAM_TEST_KAFKA_HOME, else <c>../shared/kafka</c> beside
/// the repository; and a java to run it.
/// </summary>
internal static class KafkaHome
{
    private const string Variable = "LIVESTREAM_TEST_KAFKA_HOME";

    private static readonly string? Folder = Find();
    private static readonly string? Java = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => System.IO.Path.Combine(folder, "java"))
        .FirstOrDefault(File.Exists);

    /// <summary>Why there is no Kafka here, in one sentence; null when there is one.</summary>
    public static string? Missing =>
        Folder is null ? $"skipped: no Kafka here; {Variable} may name a folder with its libs/*.jar"
        : Java is null ? "skipped: no java on PATH to run Kafka with (Debian: apt-get install default-jre-headless)"
        : null;

    /// <summary>The java program.</summary>
    public static string JavaPath => Java ?? throw new InvalidOperationException(Missing);

    /// <summary>Class path of all jars.</summary>
    public static string ClassPath => System.IO.Path.Combine(Folder ?? throw new InvalidOperationException(Missing), "libs", "*");

    private static string? Find()
    {
        string?[] places = [Environment.GetEnvironmentVariable(Variable), System.IO.Path.Combine(Repository.Root, "..", "shared", "kafka")];
        return places.FirstOrDefault(place => !string.IsNullOrEmpty(place)
            && Directory.Exists(System.IO.Path.Combine(place, "libs"))
            && Directory.EnumerateFiles(System.IO.Path.Combine(place, "libs"), "kafka*.jar").Any());
    }
}
