using System.Globalization;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Crashes;

/// <summary>A folder with all that tells what happened in a run: kept when the run fails, removed when it does not.</summary>
internal sealed class CrashEvidence
{
    private readonly DirectoryInfo folder;
    private readonly Lock gate = new();
    private int programs;

    public CrashEvidence(CrashPlan plan)
    {
        folder = Directory.CreateDirectory(Path.Combine(
            Repository.Root, "artifacts", "crashes", string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-seed{plan.Seed}")));
    }

    /// <summary>Where it is.</summary>
    public string Folder => folder.FullName;

    /// <summary>Writes down what happened now.</summary>
    public void Note(string what)
    {
        lock (gate)
        {
            File.AppendAllText(Path.Combine(Folder, "run.txt"), string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {what}\n"));
        }
    }

    /// <summary>Keeps what a program said.</summary>
    public void Keep(LiveStreamProgram program) =>
        File.WriteAllText(Path.Combine(Folder, $"instance-{programs++}.txt"), program.Process.Said());

    /// <summary>Keeps the log that the snapshots were compared with.</summary>
    public void Keep(IReadOnlyList<byte[]> files)
    {
        for (var i = 0; i < files.Count; i++)
        {
            File.WriteAllBytes(Path.Combine(Folder, $"partition-{i}.jsonl"), files[i]);
        }
    }

    /// <summary>Nothing has to be explained.</summary>
    public void Remove() => folder.Delete(recursive: true);
}
