namespace LiveStream.Screen.Tests;

/// <summary>Reads server-sent events as a browser would.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public static async Task<EventReader> OpenAsync(HttpClient client, string address)
    {
        HttpResponseMessage response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public string? ContentType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The next event with one of these names; null at the end of the stream.</summary>
    public async Task<ServerEvent?> NextAsync(params string[] names)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        string name = "message";
        string? id = null;
        var data = new List<string>();
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Count > 0 && names.Contains(name))
                {
                    return new ServerEvent(name, id, string.Join('\n', data));
                }

                (name, id) = ("message", null);
                data.Clear();
                continue;
            }

            int colon = line.IndexOf(':');
            string value = line[(colon + 1)..].TrimStart(' ');
            switch (line[..colon])
            {
                case "event": name = value; break;
                case "id": id = value; break;
                case "data": data.Add(value); break;
                default: break;
            }
        }

        return null;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}

internal sealed record ServerEvent(string Name, string? Id, string Data);
