using System.Text;
using System.Text.Json;
using LiveStream.Publish;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiveStream.Screen;

/// <summary>The big screen over HTTP: page, rooms, snapshots, streams, health, and the operator's calls.</summary>
public static class ScreenEndpoints
{
    /// <summary>Rows of one page of <c>/rooms</c> at most.</summary>
    public const int MaxRoomsPerPage = 1000;

    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Maps everything of "Screens over HTTP" (output.md) onto <paramref name="endpoints"/>.</summary>
    public static IEndpointRouteBuilder MapScreen(
        this IEndpointRouteBuilder endpoints, RoomBoard board, ScreenOptions options)
    {
        var files = new PageFiles();
        endpoints.MapGet("/", context => files.ServeAsync(context, "index.html"));
        endpoints.MapGet("/assets/{**path}", (HttpContext context, string path) => files.ServeAsync(context, path));

        endpoints.MapGet("/rooms", (HttpResponse response, int? skip, int? take, string? q) =>
            WriteRoomsAsync(response, board.Rooms(skip ?? 0, Math.Min(take ?? 100, MaxRoomsPerPage), q)));
        endpoints.MapGet("/rooms/{room}/snapshot", (HttpContext context) =>
            WriteRoomAsync(context, board, static view => view.SnapshotJson));
        endpoints.MapGet("/rooms/{room}/series", (HttpContext context) =>
            WriteRoomAsync(context, board, static view => view.SeriesJson));
        MapStream(endpoints, board, options);

        endpoints.MapGet("/demo/truth", (HttpContext context, string? room) =>
            options.DemoTruth?.Invoke(room ?? "") is { } truth ? WriteTruthAsync(context.Response, truth) : NotFound(context));

        endpoints.MapGet("/healthz/live", () => Results.Text("live\n"));
        endpoints.MapGet("/healthz/ready", () => options.IsReady()
            ? Results.Text("ready\n")
            : Results.Text("not ready\n", null, Encoding.UTF8, StatusCodes.Status503ServiceUnavailable));

        var operatorCalls = new OperatorCalls(board, options);
        endpoints.MapPost("/rooms/{room}/markers", (Delegate)((HttpContext context) =>
            operatorCalls.PostMarkerAsync(context, RoomOf(context))));
        return endpoints;
    }

    private static void MapStream(IEndpointRouteBuilder endpoints, RoomBoard board, ScreenOptions options)
    {
        int openStreams = 0;
        CancellationToken stopping = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        endpoints.MapGet("/rooms/{room}/stream", async context =>
        {
            try
            {
                if (Interlocked.Increment(ref openStreams) > options.MaxStreamClients)
                {
                    context.Response.Headers.RetryAfter = "5";
                    await WriteSentenceAsync(
                        context, StatusCodes.Status503ServiceUnavailable,
                        $"All {options.MaxStreamClients} streams of this server are taken; close a screen or ask another server.");
                    return;
                }

                if (!board.TrySubscribe(RoomOf(context), out RoomSubscription? subscription))
                {
                    await NotFound(context);
                    return;
                }

                await StreamAsync(context, board, subscription, options, stopping);
            }
            finally
            {
                Interlocked.Decrement(ref openStreams);
            }
        });
    }

    private static async Task StreamAsync(
        HttpContext context, RoomBoard board, RoomSubscription subscription, ScreenOptions options, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await new RoomStream(subscription, options).RunAsync(context.Response, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The client left or the process stops: the ordinary end of a stream.
            context.Abort();
        }
        finally
        {
            board.Unsubscribe(subscription);
        }
    }

    /// <summary>
    /// The room id of <c>/rooms/{room}/...</c>, from the request line: routing leaves an encoded slash as it is, which
    /// could not be told from a room that has "%2F" in its id.
    /// </summary>
    private static string RoomOf(HttpContext context)
    {
        const string prefix = "/rooms/";
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int start = target.IndexOf(prefix, StringComparison.Ordinal);
        int end = start < 0 ? -1 : target.IndexOf('/', start + prefix.Length);
        return end < 0
            ? (string)context.Request.RouteValues["room"]!
            : Uri.UnescapeDataString(target[(start + prefix.Length)..end]);
    }

    private static async Task WriteRoomAsync(HttpContext context, RoomBoard board, Func<RoomView, ReadOnlyMemory<byte>> part)
    {
        if (!board.TryGet(RoomOf(context), out RoomView view))
        {
            await NotFound(context);
            return;
        }

        ReadOnlyMemory<byte> json = part(view);
        context.Response.ContentType = JsonType;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Sequence"] = view.Sequence.ToString();
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    private static async Task WriteRoomsAsync(HttpResponse response, RoomPage page)
    {
        response.ContentType = JsonType;
        response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("total", page.Total);
        json.WriteStartArray("rooms");
        foreach ((string room, RoomSummary summary) in page.Rooms)
        {
            json.WriteStartObject();
            json.WriteString("room", room);
            json.WriteString("roomName", summary.RoomName);
            json.WriteString("session", summary.Session);
            json.WriteString("status", summary.Status);
            json.WriteNumber("online", summary.Online);
            json.WritePropertyName("gmv");
            json.WriteRawValue(summary.Gmv.ToString());
            json.WriteNumber("asOf", summary.AsOf);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task WriteTruthAsync(HttpResponse response, DemoTruth truth)
    {
        response.ContentType = JsonType;
        response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartObject("events");
        foreach ((string type, long count) in truth.Events)
        {
            json.WriteNumber(type, count);
        }

        json.WriteEndObject();
        json.WritePropertyName("gmv");
        json.WriteRawValue(truth.Gmv.ToString());
        json.WriteNumber("payments", truth.Payments);
        json.WriteNumber("asOf", truth.AsOf);
        json.WriteEndObject();
    }

    private static Task NotFound(HttpContext context) =>
        WriteSentenceAsync(context, StatusCodes.Status404NotFound, "There is no such thing on this screen.");

    private static Task WriteSentenceAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence + "\n", context.RequestAborted);
    }
}
