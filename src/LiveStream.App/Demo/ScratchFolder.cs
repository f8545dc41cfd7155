namespace LiveStream.App.Demo;

/// <summary>A folder for the checkpoints of a demo, gone with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    /// <summary>Full path.</summary>
    public string FullPath { get; } = Directory.CreateTempSubdirectory("livestream-demo-").FullName;

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
