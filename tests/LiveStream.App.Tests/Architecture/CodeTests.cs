using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LiveStream.App.Tests.Architecture;

public sealed partial class CodeTests
{
    private const int MaxFileLines = 400;
    private const int MaxMethodLines = 70;

    // Built from parts, so that this file does not contain what it forbids.
    private static readonly string[] LeftOvers = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception"];

    [Fact]
    public void Files_are_short() => Assert.Empty(Repository.Files(".cs", ".js", ".css")
        .Select(path => (Path: path, Lines: Repository.Read(path).Count(c => c == '\n')))
        .Where(file => file.Lines > MaxFileLines)
        .Select(file => $"{file.Path} has {file.Lines} lines"));

    [Fact]
    public void Methods_are_short() => Assert.Empty(Repository.Code.SelectMany(file => file.Root.DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
        .Select(node => (Node: node, Lines: Lines(node)))
        .Where(method => method.Lines > MaxMethodLines)
        .Select(method => $"{file.Path}:{Line(method.Node)} is a method of {method.Lines} lines")));

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        var types = Repository.Code.SelectMany(file => file.Root.DescendantNodes()
            .OfType<BaseTypeDeclarationSyntax>()
            .Where(type => EmptyWord().IsMatch(type.Identifier.Text))
            .Select(type => $"{file.Path}: {type.Identifier.Text}"));
        var files = Repository.Files(".cs", ".js", ".css", ".html").Where(path => path.Split('/').Any(part => EmptyWord().IsMatch(part)));
        Assert.Empty(types.Concat(files));
    }

    [Fact]
    public void There_are_no_regions() => Assert.Empty(Repository.Code
        .Where(file => file.Root.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)))
        .Select(file => file.Path));

    [Fact]
    public void Nothing_is_left_for_later() => Assert.DoesNotContain(
        Repository.Files(".cs", ".js", ".css", ".html", ".csproj", ".sh", ".py"),
        path => LeftOvers.Any(word => Repository.Read(path).Contains(word, StringComparison.Ordinal)));

    [Fact]
    public void No_exception_is_swallowed_without_a_word() => Assert.Empty(Repository.Code.SelectMany(file => file.Root.DescendantNodes()
        .OfType<CatchClauseSyntax>()
        .Where(clause => clause.Block.Statements.Count == 0 && !clause.Block.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia)))
        .Select(clause => $"{file.Path}:{Line(clause)}")));

    [Fact]
    public void Tests_wait_for_things_and_skip_nothing_by_attribute() => Assert.Empty(Repository.Code
        .Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal))
        .SelectMany(file => file.Root.DescendantNodes()
            .Where(node => IsSleep(node) || node is AttributeArgumentSyntax { NameEquals.Name.Identifier.Text: "Skip" })
            .Select(node => $"{file.Path}:{Line(node)} {node}")));

    private static bool IsSleep(SyntaxNode node) =>
        node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax thread, Name.Identifier.Text: "Sleep" } }
        && thread.Identifier.Text == nameof(Thread);

    private static int Lines(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    [GeneratedRegex("(Manager|Helper|Util|Utils|Utility|Base)s?(?![a-z])")]
    private static partial Regex EmptyWord();
}
