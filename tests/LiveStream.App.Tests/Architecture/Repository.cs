using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LiveStream.App.Tests.Architecture;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] CodeFolders = ["src", "tests", "bench", "samples"];
    private static readonly string[] OtherPeoplesFolders = ["artifacts", "bin", "obj", "node_modules", "lib"];

    /// <summary>The folder of LiveStream.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Our files of a kind, relative to <see cref="Root"/>.</summary>
    public static IReadOnlyList<string> Files(params string[] extensions) =>
    [
        .. CodeFolders
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => extensions.Contains(Path.GetExtension(path)))
            .Where(path => !path.Split('/').Any(OtherPeoplesFolders.Contains))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>All C# files, parsed.</summary>
    public static IReadOnlyList<(string Path, SyntaxNode Root)> Code { get; } =
    [
        .. Files(".cs").Select(path => (path, CSharpSyntaxTree.ParseText(Read(path)).GetRoot())),
    ];

    /// <summary>Text of a file.</summary>
    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

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
