using System.Globalization;
using System.Text.Json;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Demo;

/// <summary>The demo as a user runs it: numbers that move soon, are the simulator's own, and nothing left behind after Ctrl+C.</summary>
[Collection(TimedTests.Name)]
public sealed class DemoTests
{
    // What a busy machine may take; the test says how long it was.
    private static readonly TimeSpan MovesLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Numbers_move_soon_are_the_simulators_own_and_nothing_is_left_behind()
    {
        await using var demo = LiveStreamProgram.Start(["demo"]);
        var room = "";
        var seen = new HashSet<long>();
        var took = await Poll.UntilAsync(MovesLimit, "numbers move", async () =>
        {
            Assert.False(demo.Process.HasExited, demo.Process.Said());
            room = await BusiestAsync(demo) ?? "";
            return room.Length > 0 && await JsonAsync(demo, $"/rooms/{room}/snapshot") is { } snapshot && seen.Add(Applied(snapshot)) && seen.Count >= 3
                ? null : $"Seen: {string.Join(' ', seen)}.\n{demo.Process.Said()}";
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"Numbers moved {took.TotalSeconds:F1} s after the start.");

        // What has been sent is settled a little later: the screen then shows at least what the simulator knew before, and never more than it knows.
        var before = (await JsonAsync(demo, $"/demo/truth?room={room}"))!.Value;
        await Poll.UntilAsync(MovesLimit, "the screen shows what was sent", async () =>
        {
            var snapshot = (await JsonAsync(demo, $"/rooms/{room}/snapshot"))!.Value;
            var after = (await JsonAsync(demo, $"/demo/truth?room={room}"))!.Value;
            return Between(before, snapshot, after);
        });

        var children = Descendants(demo.Process.Id);
        await demo.Process.SignalAsync("INT");
        var code = await demo.Process.ExitAsync(EndLimit);
        Assert.True(code == 0, $"The exit code is {code}.\n{demo.Process.Said()}");
        await Poll.UntilAsync(EndLimit, "no child process is left", () => Task.FromResult(children.TrueForAll(id => !Directory.Exists($"/proc/{id}"))));
    }

    private static async Task<string?> BusiestAsync(LiveStreamProgram demo) =>
        await JsonAsync(demo, "/rooms") is { } answer && Rooms(answer) is { ValueKind: JsonValueKind.Array } rooms && rooms.GetArrayLength() > 0
            ? rooms[0].GetProperty("room").GetString() : null;

    private static JsonElement Rooms(JsonElement answer) => answer.ValueKind == JsonValueKind.Array ? answer : answer.GetProperty("rooms");

    private static async Task<JsonElement?> JsonAsync(LiveStreamProgram demo, string path)
    {
        try
        {
            using var answer = await demo.Http.GetAsync(path, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode
                ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement : null;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return null;
        }
    }

    private static long Applied(JsonElement snapshot) => snapshot.GetProperty("applied").GetInt64();

    private static string? Between(JsonElement before, JsonElement snapshot, JsonElement after)
    {
        var session = snapshot.GetProperty("windows").GetProperty("session");
        foreach (var type in before.GetProperty("events").EnumerateObject())
        {
            var shown = session.GetProperty("events").TryGetProperty(type.Name, out var count) ? count.GetInt64() : 0;
            var most = after.GetProperty("events").GetProperty(type.Name).GetInt64();
            Assert.True(shown <= most, $"{shown} {type.Name} are shown, {most} were sent.");
            if (shown < type.Value.GetInt64())
            {
                return $"{shown} {type.Name} are shown, {type.Value} were sent before.";
            }
        }

        var gmv = session.GetProperty("trade").GetProperty("gmv").GetInt64();
        Assert.True(gmv <= after.GetProperty("gmv").GetInt64(), $"The gmv shown is {gmv}: {after}");
        return gmv >= before.GetProperty("gmv").GetInt64() ? null : $"The gmv shown is {gmv}: {before}";
    }

    /// <summary>Process ids of all that a process started, and what those started.</summary>
    private static List<int> Descendants(int ancestor)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(folder) is { } parent)
            {
                parents[id] = parent;
            }
        }

        return [.. parents.Keys.Where(id => DescendsFrom(id))];

        bool DescendsFrom(int id) => parents.TryGetValue(id, out var parent) && (parent == ancestor || DescendsFrom(parent));
    }

    private static int? ParentOf(string folder)
    {
        try
        {
            // The name stands in brackets and may hold anything; after it come the state and the parent.
            var status = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
