using Confluent.Kafka;

namespace LiveStream.Ingest.Native;

/// <summary>
/// The native Kafka client that this process uses: from the package librdkafka.redist, or built by
/// <c>provide-librdkafka</c> and copied beside the program, where the runtime's ordinary search finds it. Called once by
/// every command that talks to Kafka, before its first client, and by <c>doctor</c>; turns a missing or broken library
/// into one sentence.
/// </summary>
public static class KafkaLibrary
{
    private static readonly Lazy<string> LoadedVersion = new(Load);

    /// <summary>Version of the loaded library, such as <c>2.15.1</c>; loads it if need be.</summary>
    /// <exception cref="DllNotFoundException">As of <see cref="EnsureLoaded"/>.</exception>
    public static string Version => LoadedVersion.Value;

    /// <summary>Loads the library, once per process.</summary>
    /// <exception cref="DllNotFoundException">
    /// It is not there, not of this machine's kind, or too old. The message is one sentence for the user, with the remedy.
    /// </exception>
    public static void EnsureLoaded() => _ = LoadedVersion.Value;

    private static string Load()
    {
        try
        {
            Library.Load();
            return Library.VersionString;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException or BadImageFormatException or FileNotFoundException)
        {
            throw new DllNotFoundException($"The native Kafka client (librdkafka) cannot be loaded from {AppContext.BaseDirectory}; build LiveStream again on this machine ({error.Message})", error);
        }
    }
}
