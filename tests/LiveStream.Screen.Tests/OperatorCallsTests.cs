using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LiveStream.Screen.Tests;

public sealed class OperatorCallsTests
{
    private const string Marker = "{\"label\":\"降价\",\"text\":\"全场九折\",\"ts\":1700000000000}";

    [Fact]
    public async Task Without_a_configured_token_every_call_is_refused()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 1);
        (HttpStatusCode status, string sentence) = await PostAsync(screen, Marker, "any");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("Screen:OperatorToken", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Forbidden)]
    [InlineData("secret", HttpStatusCode.Accepted)]
    public async Task The_token_decides(string? token, HttpStatusCode expected)
    {
        var passedOn = new List<OperatorMarker>();
        await using TestScreen screen = await TestScreen.StartAsync(Options((marker, _) =>
        {
            passedOn.Add(marker);
            return Task.CompletedTask;
        }));
        screen.Post("r1", 1);
        Assert.Equal(expected, (await PostAsync(screen, Marker, token)).Status);
        OperatorMarker[] wanted = expected == HttpStatusCode.Accepted ? [new OperatorMarker("r1", 1_700_000_000_000, "降价", "全场九折")] : [];
        Assert.Equal(wanted, passedOn);
    }

    [Theory]
    [InlineData("nonsense", "r1", HttpStatusCode.BadRequest)]
    [InlineData("{}", "r1", HttpStatusCode.BadRequest)]
    [InlineData("null", "r1", HttpStatusCode.BadRequest)]
    [InlineData("{\"label\":\"x\",\"ts\":0}", "r1", HttpStatusCode.BadRequest)]
    [InlineData("{\"label\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}", "r1", HttpStatusCode.BadRequest)]
    [InlineData("{\"label\":\"x\"}", "elsewhere", HttpStatusCode.NotFound)]
    [InlineData("{\"label\":\"x\"}", "r1", HttpStatusCode.Accepted)]
    public async Task A_marker_is_checked(string body, string room, HttpStatusCode expected)
    {
        await using TestScreen screen = await TestScreen.StartAsync(Options((_, _) => Task.CompletedTask));
        screen.Post("r1", 1);
        Assert.Equal(expected, (await PostAsync(screen, body, "secret", room)).Status);
    }

    [Fact]
    public async Task A_marker_that_is_not_sent_is_not_promised()
    {
        await using TestScreen screen = await TestScreen.StartAsync(Options((_, _) => throw new InvalidOperationException("no broker")));
        screen.Post("r1", 1);
        (HttpStatusCode status, string sentence) = await PostAsync(screen, Marker, "secret");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("no broker", sentence, StringComparison.Ordinal);
    }

    private static ScreenOptions Options(Func<OperatorMarker, CancellationToken, Task> produce) =>
        new() { OperatorToken = "secret", ProduceMarker = produce };

    private static async Task<(HttpStatusCode Status, string Sentence)> PostAsync(TestScreen screen, string body, string? token, string room = "r1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/rooms/{room}/markers");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await screen.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
