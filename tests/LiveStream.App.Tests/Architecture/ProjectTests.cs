using System.Xml.Linq;

namespace LiveStream.App.Tests.Architecture;

public sealed class ProjectTests
{
    [Theory]
    [InlineData("Metrics", "")]
    [InlineData("Pipeline", "Metrics")]
    [InlineData("Ingest", "Metrics Pipeline")]
    [InlineData("Publish", "Metrics Pipeline")]
    [InlineData("Screen", "Metrics Publish")]
    [InlineData("App", "Ingest Metrics Pipeline Publish Screen")]
    public void A_project_references_exactly_what_the_line_allows(string project, string allowed)
    {
        var references = Items(ProjectPath(project), "ProjectReference")
            .Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))["LiveStream.".Length..])
            .Order(StringComparer.Ordinal);
        Assert.Equal(allowed, string.Join(' ', references));
    }

    [Fact]
    public void There_are_six_source_projects()
    {
        var projects = Repository.Files(".csproj").Where(path => path.StartsWith("src/", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(
            ["LiveStream.App", "LiveStream.Ingest", "LiveStream.Metrics", "LiveStream.Pipeline", "LiveStream.Publish", "LiveStream.Screen"],
            projects);
    }

    [Fact]
    public void Nobody_in_the_line_references_the_program()
    {
        var referencing = Repository.Files(".csproj")
            .Where(path => path.StartsWith("src/", StringComparison.Ordinal))
            .Where(path => Items(path, "ProjectReference").Any(include => include.Contains("LiveStream.App", StringComparison.Ordinal)));
        Assert.Empty(referencing);
    }

    [Theory]
    [InlineData("Metrics")]
    [InlineData("Pipeline")]
    public void The_pure_projects_take_no_package_but_analyzers(string project)
    {
        Assert.Equal(["Microsoft.CodeAnalysis.BannedApiAnalyzers"], Items(ProjectPath(project), "PackageReference"));
        Assert.Empty(Items(ProjectPath(project), "FrameworkReference"));
        Assert.True(File.Exists(Path.Combine(Repository.Root, $"src/LiveStream.{project}/BannedSymbols.txt")));
    }

    [Fact]
    public void Versions_stand_in_one_place()
    {
        var versioned = Repository.Files(".csproj")
            .Where(path => XDocument.Parse(Repository.Read(path)).Descendants("PackageReference").Any(reference => reference.Attribute("Version") is not null));
        Assert.Empty(versioned);
    }

    [Fact]
    public void Nothing_but_the_agreed_stands_at_the_top()
    {
        string[] agreed =
        [
            "src", "bench", "tests", "samples", "LiveStream.sln", "global.json", "README.md",
            "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
            "artifacts", "checkpoints",
        ];
        var others = Directory.EnumerateFileSystemEntries(Repository.Root)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => !name.StartsWith('.') && !agreed.Contains(name));
        Assert.Empty(others);
    }

    [Fact]
    public void Tests_mirror_the_sources()
    {
        var missing = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "LiveStream.*")
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith("LiveStream.", StringComparison.Ordinal) && !Directory.Exists(Path.Combine(Repository.Root, "tests", $"{name}.Tests")));
        Assert.Empty(missing);
    }

    private static string ProjectPath(string project) => $"src/LiveStream.{project}/LiveStream.{project}.csproj";

    private static IEnumerable<string> Items(string path, string item) =>
        XDocument.Parse(Repository.Read(path)).Descendants(item).Select(reference => reference.Attribute("Include")!.Value);
}
