namespace LiveStream.Integration.Fixtures;

/// <summary>An empty folder, removed at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("livestream-test-");

    /// <summary>Where it is.</summary>
    public string Path => folder.FullName;

    /// <summary>A path in it.</summary>
    public string File(string name) => System.IO.Path.Combine(folder.FullName, name);

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);
}
