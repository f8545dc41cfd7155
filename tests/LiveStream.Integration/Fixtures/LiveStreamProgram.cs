using System.Globalization;
using System.Net;

namespace LiveStream.Integration.Fixtures;

/// <summary>The built program, started as a user starts it, with settings in its environment and a folder of its own.</summary>
internal sealed class LiveStreamProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder;
    private readonly HttpClient http;

    private LiveStreamProgram(ChildProgram process, TemporaryFolder folder, string url)
    {
        Process = process;
        this.folder = folder;
        http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>The process.</summary>
    public ChildProgram Process { get; }

    /// <summary>Calls its screen.</summary>
    public HttpClient Http => http;

    /// <summary>Starts a command; the screen listens on a free port.</summary>
    public static LiveStreamProgram Start(IEnumerable<string> arguments, params IEnumerable<KeyValuePair<string, string>>[] settings) =>
        Start("dotnet", ["exec", Repository.Program, .. arguments], settings);

    /// <summary>As <see cref="Start(IEnumerable{string}, IEnumerable{KeyValuePair{string, string}}[])"/>, for a process whose files may become too large: it is told so by an error instead of a signal that ends it.</summary>
    public static LiveStreamProgram StartIgnoringFileLimits(IEnumerable<string> arguments, params IEnumerable<KeyValuePair<string, string>>[] settings) =>
        Start("/usr/bin/env", ["--ignore-signal=XFSZ", "dotnet", "exec", Repository.Program, .. arguments], settings);

    private static LiveStreamProgram Start(string file, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>[] settings)
    {
        var home = new TemporaryFolder();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LIVESTREAM__SCREEN__URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"),
            ["LIVESTREAM__CHECKPOINT__FOLDER"] = home.File("checkpoints"),
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var (name, value) in settings.SelectMany(some => some))
        {
            environment[name] = value;
        }

        var process = ChildProgram.Start(file, arguments, environment, home.Path);
        return new LiveStreamProgram(process, home, environment["LIVESTREAM__SCREEN__URLS"]);
    }

    /// <summary>Waits until <c>/healthz/ready</c> says yes.</summary>
    public Task<TimeSpan> ReadyAsync() => Poll.UntilAsync(StartLimit, "livestream is ready", async () =>
    {
        if (Process.HasExited)
        {
            Assert.Fail($"livestream ended by itself.\n{Process.Said()}");
        }

        try
        {
            using var answer = await http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"{await answer.Content.ReadAsStringAsync()}\n{Process.Said()}";
        }
        catch (HttpRequestException notYet)
        {
            return $"{notYet.Message}\n{Process.Said()}";
        }
    });

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Exit code and what it wrote.</returns>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        IEnumerable<string> arguments, TimeSpan limit, params IEnumerable<KeyValuePair<string, string>>[] settings)
    {
        await using var program = Start(arguments, settings);
        var code = await program.Process.ExitAsync(limit);
        return (code, program.Process.Output, program.Process.Errors);
    }

    /// <summary>Asks it to end by <c>TERM</c> and expects that it does so cleanly.</summary>
    public async Task EndAsync()
    {
        await Process.SignalAsync("TERM");
        var code = await Process.ExitAsync(TimeSpan.FromSeconds(10));
        Assert.True(code == 0, $"livestream ended with {code}.\n{Process.Said()}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        http.Dispose();
        folder.Dispose();
    }
}
