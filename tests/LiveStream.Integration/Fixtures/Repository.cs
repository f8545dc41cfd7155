namespace LiveStream.Integration.Fixtures;

/// <summary>The source tree that these tests were built from, and the program that was built with them.</summary>
internal static class Repository
{
    /// <summary>The folder of LiveStream.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>livestream.dll as it is run: published, of the configuration of whoever asks.</summary>
    public static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "publish", "LiveStream.App", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "livestream.dll"));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LiveStream.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("LiveStream.sln is in no parent folder of the tests.");
        }

        return folder.FullName;
    }
}
