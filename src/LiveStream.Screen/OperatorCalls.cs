using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiveStream.Publish;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveStream.Screen;

/// <summary>
/// What an operator may do: set a marker. Needs <c>Authorization: Bearer TOKEN</c>. Refusals are one sentence each.
/// </summary>
internal sealed partial class OperatorCalls(RoomBoard board, ScreenOptions options)
{
    private const int MaxBodyBytes = 16 * 1024;
    private const int MaxLabelBytes = 64;
    private const int MaxTextBytes = 2000;
    private const long MaxTsMs = 253_402_300_799_999;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary><c>POST /rooms/{room}/markers</c> with <c>{"label", "text"?, "ts"?}</c>; 202 when it was passed on.</summary>
    public async Task<IResult> PostMarkerAsync(HttpContext context, string room)
    {
        if (Refusal(context.Request) is { } refusal)
        {
            return refusal;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        MarkerRequest? request;
        try
        {
            request = await context.Request.ReadFromJsonAsync<MarkerRequest>(Json, context.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Sentence(StatusCodes.Status400BadRequest, "The body is not a JSON object like {\"label\": \"...\"}.");
        }

        long tsMs = request?.Ts ?? options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        if (Mistake(request, tsMs) is { } mistake)
        {
            return Sentence(StatusCodes.Status400BadRequest, mistake);
        }

        if (!board.TryGet(room, out _))
        {
            return Sentence(StatusCodes.Status404NotFound, "This screen does not have the room.");
        }

        return await PassOnAsync(context, new OperatorMarker(room, tsMs, request!.Label!, request.Text));
    }

    private async Task<IResult> PassOnAsync(HttpContext context, OperatorMarker marker)
    {
        if (options.ProduceMarker is null)
        {
            return Sentence(StatusCodes.Status503ServiceUnavailable, "This process has nowhere to send markers to.");
        }

        try
        {
            await options.ProduceMarker(marker, context.RequestAborted);
            return Results.Accepted();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogMarkerLost(
                context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<OperatorCalls>(), marker.Room, e);
            return Sentence(StatusCodes.Status503ServiceUnavailable, $"The marker was not sent: {e.Message}");
        }
    }

    private IResult? Refusal(HttpRequest request)
    {
        if (string.IsNullOrEmpty(options.OperatorToken))
        {
            return Sentence(
                StatusCodes.Status403Forbidden, "Operator calls are off: set Screen:OperatorToken to allow them.");
        }

        const string scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return Sentence(StatusCodes.Status401Unauthorized, "Send the operator token as Authorization: Bearer TOKEN.");
        }

        byte[] given = SHA256.HashData(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim()));
        byte[] expected = SHA256.HashData(Encoding.UTF8.GetBytes(options.OperatorToken));
        return CryptographicOperations.FixedTimeEquals(given, expected)
            ? null
            : Sentence(StatusCodes.Status403Forbidden, "The operator token is not the right one.");
    }

    private static string? Mistake(MarkerRequest? request, long tsMs)
    {
        if (string.IsNullOrEmpty(request?.Label) || Encoding.UTF8.GetByteCount(request.Label) > MaxLabelBytes)
        {
            return $"label must have 1 to {MaxLabelBytes} bytes.";
        }

        if (request.Text is not null && Encoding.UTF8.GetByteCount(request.Text) > MaxTextBytes)
        {
            return $"text must have at most {MaxTextBytes} bytes.";
        }

        return tsMs is < 1 or > MaxTsMs ? "ts must be in milliseconds since the Unix epoch." : null;
    }

    private static IResult Sentence(int status, string sentence) =>
        Results.Text(sentence + "\n", "text/plain; charset=utf-8", Encoding.UTF8, status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A marker of room {Room} was not sent")]
    private static partial void LogMarkerLost(ILogger logger, string room, Exception exception);

    private sealed record MarkerRequest(string? Label, string? Text, long? Ts);
}
