namespace LiveStream.App.Configuration;

/// <summary>Rules about addresses and values that must fit together outside the engine.</summary>
internal static class ScreenRules
{
    /// <summary>Notes addresses that are none, and contradictions.</summary>
    public static void Check(LiveStreamSettings settings, List<string> mistakes)
    {
        foreach (var url in settings.Screen.Urls.Split(';', StringSplitOptions.TrimEntries))
        {
            // Kestrel also takes * and + as a host: every address of the machine.
            var address = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            {
                mistakes.Add($"LiveStream:Screen:Urls has '{url}', but must be addresses such as http://127.0.0.1:5080, separated by semicolons.");
            }
        }

        if (settings.Redis.LiveEveryMs > settings.Redis.PublishEveryMs)
        {
            mistakes.Add($"LiveStream:Redis:LiveEveryMs ({settings.Redis.LiveEveryMs}) is more than PublishEveryMs ({settings.Redis.PublishEveryMs}); lower the one or raise the other.");
        }

        if (!string.IsNullOrEmpty(settings.Telemetry.Otlp)
            && (!Uri.TryCreate(settings.Telemetry.Otlp, UriKind.Absolute, out var otlp) || otlp.Scheme is not ("http" or "https")))
        {
            mistakes.Add($"LiveStream:Telemetry:Otlp is '{settings.Telemetry.Otlp}', but must be an address such as http://localhost:4317.");
        }
    }
}
