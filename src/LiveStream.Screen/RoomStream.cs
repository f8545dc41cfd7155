using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using LiveStream.Publish;
using Microsoft.AspNetCore.Http;

namespace LiveStream.Screen;

/// <summary>
/// Writes the server-sent events of one room to one client: <c>snapshot</c> (the whole one first, then each version)
/// and <c>live</c>, whose <c>id:</c> is the sequence number of <see cref="RoomMessage"/>; <c>clock</c> (this server's
/// time in ms) as a heartbeat; <c>demo</c> at the start where the simulator's counts can be asked for; <c>gone</c> when
/// the room has left. A slow client holds up nobody but itself.
/// </summary>
internal sealed class RoomStream(RoomSubscription subscription, ScreenOptions options)
{
    private static readonly byte[] Gone = "event: gone\ndata: {}\n\n"u8.ToArray();

    /// <summary>Runs until the room or the client is gone, or <paramref name="stopping"/>.</summary>
    public async Task RunAsync(HttpResponse response, CancellationToken stopping)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        PipeWriter writer = response.BodyWriter;
        writer.Write("retry: 1000\n\n"u8);
        if (options.DemoTruth is not null)
        {
            writer.Write("event: demo\ndata: {}\n\n"u8);
        }

        Task<bool> waiting = subscription.WaitAsync(stopping).AsTask();
        Task heartbeat = Task.CompletedTask;
        while (true)
        {
            if (heartbeat.IsCompleted)
            {
                WriteClock(writer);
                heartbeat = Task.Delay(options.StreamHeartbeat, options.TimeProvider, stopping);
            }

            if (waiting.IsCompleted)
            {
                if (!await waiting)
                {
                    await writer.WriteAsync(Gone, stopping);
                    return;
                }

                while (subscription.TryTake(out RoomMessage? message))
                {
                    WriteMessage(writer, message.Value);
                }

                waiting = subscription.WaitAsync(stopping).AsTask();
            }

            FlushResult flushed = await writer.FlushAsync(stopping);
            if (flushed.IsCompleted)
            {
                return;
            }

            await Task.Delay(options.StreamMinGap, options.TimeProvider, stopping);
            await Task.WhenAny(waiting, heartbeat);
        }
    }

    private void WriteClock(PipeWriter writer)
    {
        long nowMs = options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        Encoding.ASCII.GetBytes($": heartbeat\nevent: clock\ndata: {nowMs}\n\n", writer);
    }

    private static void WriteMessage(PipeWriter writer, in RoomMessage message)
    {
        string name = message.Kind == RoomMessageKind.Snapshot ? "snapshot" : "live";
        Encoding.ASCII.GetBytes($"id: {message.Sequence}\nevent: {name}\n", writer);
        ReadOnlySpan<byte> rest = message.Json.Span;
        while (true)
        {
            int lineEnd = rest.IndexOf((byte)'\n');
            writer.Write("data: "u8);
            writer.Write(lineEnd < 0 ? rest : rest[..lineEnd]);
            writer.Write("\n"u8);
            if (lineEnd < 0)
            {
                break;
            }

            rest = rest[(lineEnd + 1)..];
        }

        writer.Write("\n"u8);
    }
}
