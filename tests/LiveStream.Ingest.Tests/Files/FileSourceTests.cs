using System.IO.Compression;
using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Files;
using LiveStream.Ingest.Tests.Decoding;
using LiveStream.Pipeline.Output;

namespace LiveStream.Ingest.Tests.Files;

public sealed class FileSourceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("livestream-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_line_is_counted_and_the_first_bad_ones_are_named()
    {
        var path = Write("a.jsonl", Like(1000) + "\r\n\n \t\r\nbad\n" + Like(2000) + "\n{}\n[]\n{\"x\":1}\n" + Like(3000));
        var (result, counters) = await ReadAsync([path]);
        var report = Assert.Single(result.Files);
        Assert.Equal(4, report.BadLines);
        Assert.Equal([4, 6, 7], report.FirstBadLines);
        Assert.Equal(9, report.Lines);
        Assert.Null(report.Error);
        Assert.Equal((7, 3, 4), (counters.Read, counters.Applied, counters.Rejected));
    }

    [Fact]
    public async Task Plain_and_gzip_files_are_read_side_by_side()
    {
        var first = string.Concat(Enumerable.Range(1, 20_000).Select(i => Like(i * 1000L) + "\n"));
        var second = string.Concat(Enumerable.Range(1, 20_000).Select(i => Like((i * 1000L) + 500) + "\n"));
        var (result, counters) = await ReadAsync([Write("a.jsonl", first), Compress("b.jsonl.gz", first), Compress("c", second)]);
        Assert.Equal(0, result.BadLines);
        Assert.Equal((60_000, 60_000, 0), (counters.Read, counters.Applied, counters.Late));
    }

    [Fact]
    public async Task A_line_over_one_mebibyte_is_one_rejected_event_and_takes_no_neighbour()
    {
        string Padded(int length) => Like(1000).PadRight(length);
        var text = Padded(LineReader.MaxLineBytes) + "\n" + Padded(LineReader.MaxLineBytes + 1) + "\n" + Like(1000) + "\n"
            + new string('x', 10_000_000) + "\n" + new string(' ', 3_000_000) + "\n" + Like(1000) + "\n" + new string('{', 5_000_000);
        var (result, counters) = await ReadAsync([Write("a.jsonl", text)]);
        Assert.Equal([2, 4, 7], result.Files[0].FirstBadLines);
        Assert.Equal((6, 3, 3), (counters.Read, counters.Applied, counters.Rejected));
    }

    [Theory]
    [InlineData(0.5, false)]
    [InlineData(0.99999, false)]
    [InlineData(1.0, true)]
    [InlineData(0.9, true)]
    public async Task A_gzip_that_breaks_midway_keeps_what_was_read(double share, bool garble)
    {
        var random = new Random(5);
        var text = string.Concat(Enumerable.Range(1, 30_000).Select(i => Like(i * 100L, random.Next().ToString()) + "\n"));
        var path = Compress("a.gz", text);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes = bytes[..(int)(bytes.Length * share)];
        if (garble)
        {
            Array.Fill(bytes, (byte)0xff, bytes.Length * 2 / 3, 2_000);
        }

        await File.WriteAllBytesAsync(path, bytes);
        var (result, counters) = await ReadAsync([path, Write("b", Like(5000))]);
        Assert.True(result.Broken);
        Assert.Contains(path, result.Files[0].Error);
        Assert.Null(result.Files[1].Error);
        Assert.InRange(counters.Applied, 5_000, 30_001);
        Assert.True(garble || result.BadLines == 0);
    }

    [Fact]
    public async Task Gzip_members_may_follow_each_other()
    {
        var path = Compress("a", Like(1000) + "\n");
        await File.WriteAllBytesAsync(path, [.. await File.ReadAllBytesAsync(path), .. await File.ReadAllBytesAsync(path)]);
        var (result, counters) = await ReadAsync([path]);
        Assert.False(result.Broken);
        Assert.Equal(2, counters.Applied);
    }

    [Fact]
    public async Task Empty_files_and_files_of_one_byte_end_well()
    {
        var (result, counters) = await ReadAsync([Write("a", ""), Write("b", "x"), Compress("c", "")]);
        Assert.False(result.Broken);
        Assert.Equal((1, 1), (counters.Read, counters.Rejected));
    }

    [Fact]
    public void A_missing_file_is_found_before_anything_is_read()
    {
        var good = Write("a.jsonl", Like(1));
        var missing = Path.Combine(_folder.FullName, "missing.jsonl");
        var error = Assert.Throws<IOException>(() => new FileSource([good, missing], new EventDecoder(Samples.Pseudonym)));
        Assert.Contains(missing, error.Message);
        Assert.Throws<IOException>(() => new FileSource([good, _folder.FullName], new EventDecoder(Samples.Pseudonym)));
    }

    [Fact]
    public async Task Progress_reaches_the_end()
    {
        var path = Write("a.jsonl", string.Concat(Enumerable.Range(1, 20_000).Select(i => Like(i * 1000L) + "\n")));
        var steps = new List<(long Read, long Total)>();
        await ReadAsync([path], progress: (read, total) => steps.Add((read, total)));
        Assert.Equal((new FileInfo(path).Length, new FileInfo(path).Length), steps[^1]);
        Assert.True(steps.Count > 5);
    }

    private static string Like(long timeMs, string user = "u1", string room = "r1") =>
        $$"""{"type":"like","room":"{{room}}","ts":{{timeMs}},"user":"{{user}}"}""";

    private static async Task<(FileReadResult Result, CounterTotals Counters)> ReadAsync(string[] paths, Action<long, long>? progress = null)
    {
        await using var probe = new EngineProbe();
        using var source = new FileSource(paths, new EventDecoder(Samples.Pseudonym));
        var intake = probe.Engine.OpenGroup(0, source.Count);
        var result = source.Read(intake, progress, TestContext.Current.CancellationToken);
        Assert.True(intake.IsBehind);
        await probe.Engine.CompleteAsync();
        var counters = probe.Engine.Counters;
        Assert.True(counters.Balanced);
        Assert.Equal(0, counters.Pending);
        return (result, counters);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Compress(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }
}
