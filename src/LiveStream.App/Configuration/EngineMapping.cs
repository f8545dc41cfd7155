using System.Globalization;
using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.App.Configuration;

/// <summary>Section <c>Engine</c> as the engine takes it; notes what no single limit can say.</summary>
internal static class EngineMapping
{
    private const string Path = "LiveStream:Engine";
    private const int MaxWindows = 8;
    private const int MaxFunnels = 8;
    private const int MaxWeight = 1_000_000;

    /// <summary>Maps the section; mistakes are added as sentences, and the result is then not to be used.</summary>
    public static EngineOptions Map(EngineSettings settings, List<string> mistakes)
    {
        if (settings.PresenceTimeoutMs % EngineOptions.HopMs != 0)
        {
            mistakes.Add($"{Path}:PresenceTimeoutMs is {settings.PresenceTimeoutMs}, but must be a multiple of 1,000.");
        }

        if (settings.MaxAheadMs < settings.LatenessMs)
        {
            mistakes.Add($"{Path}:MaxAheadMs ({settings.MaxAheadMs}) is less than LatenessMs ({settings.LatenessMs}); raise the one or lower the other.");
        }

        if (settings.SessionIdleMinutes * 60_000L < settings.PresenceTimeoutMs)
        {
            mistakes.Add($"{Path}:SessionIdleMinutes ({settings.SessionIdleMinutes}) is shorter than PresenceTimeoutMs ({settings.PresenceTimeoutMs}); raise the one or lower the other.");
        }

        return new EngineOptions
        {
            Currency = settings.Currency,
            MinorDigits = settings.MinorDigits,
            LatenessMs = settings.LatenessMs,
            IdleMs = settings.IdleMs,
            MaxAheadMs = settings.MaxAheadMs,
            PresenceTimeoutMs = settings.PresenceTimeoutMs,
            SessionIdleMinutes = settings.SessionIdleMinutes,
            WindowMinutes = Windows(settings.Windows, mistakes),
            Funnels = Funnels(settings.Funnels, mistakes),
            HotProducts = HotProducts(settings.HotProducts, mistakes),
            Caps = new CapOptions
            {
                MaxRooms = settings.MaxRooms,
                MaxViewers = settings.MaxViewers,
                MaxProductsPerRoom = settings.MaxProductsPerRoom,
                MaxSessionsPerRoom = settings.MaxSessionsPerRoom,
                MaxChannelsPerSession = settings.MaxChannelsPerSession,
                MaxPendingEvents = settings.MaxPendingEvents,
                MaxTradeIdsPerSession = settings.MaxTradeIdsPerSession,
                MaxOrdersPerSession = settings.MaxOrdersPerSession,
            },
        };
    }

    /// <summary>The items of a list setting.</summary>
    public static string[] Items(string list) => list.Split(',', StringSplitOptions.TrimEntries);

    private static List<int> Windows(string text, List<string> mistakes)
    {
        var minutes = new List<int>();
        foreach (var item in Items(text))
        {
            if (!item.EndsWith('m') || !int.TryParse(item.AsSpan(0, item.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                || value is < 1 or > 60)
            {
                mistakes.Add($"{Path}:Windows has '{item}', but a window is 1m to 60m, in whole minutes.");
            }
            else if (minutes.Contains(value))
            {
                mistakes.Add($"{Path}:Windows names {value}m twice; remove one.");
            }
            else
            {
                minutes.Add(value);
            }
        }

        if (minutes.Count > MaxWindows)
        {
            mistakes.Add($"{Path}:Windows has {minutes.Count} windows, but may have at most {MaxWindows}.");
        }

        minutes.Sort();
        return minutes;
    }

    private static IReadOnlyList<FunnelOptions> Funnels(Dictionary<string, FunnelSettings> settings, List<string> mistakes)
    {
        if (settings.Count == 0)
        {
            return FunnelOptions.Defaults;
        }

        if (settings.Count > MaxFunnels)
        {
            mistakes.Add($"{Path}:Funnels has {settings.Count} funnels, but may have at most {MaxFunnels}.");
        }

        var funnels = new List<FunnelOptions>();
        foreach (var (name, funnel) in settings)
        {
            var path = $"{Path}:Funnels:{name}";
            if (Encoding.UTF8.GetByteCount(name) > 64)
            {
                mistakes.Add($"{path} has a name of more than 64 bytes; shorten it.");
            }

            var steps = new List<EventType>();
            foreach (var item in Items(funnel.Steps).Where(item => item.Length > 0))
            {
                if (EventTypes.TryParse(item, out var type) && EventTypes.IsViewer(type))
                {
                    steps.Add(type);
                }
                else
                {
                    mistakes.Add($"{path}:Steps has '{item}', which is not a viewer event such as click, cart or payment.");
                }
            }

            if (Items(funnel.Steps).Count(item => item.Length > 0) is < 2 or > 8)
            {
                mistakes.Add($"{path}:Steps needs 2 to 8 viewer events, such as click,cart,payment.");
            }

            funnels.Add(new FunnelOptions(name, steps, funnel.WithinMs));
        }

        return funnels;
    }

    private static HotProductOptions HotProducts(HotProductSettings settings, List<string> mistakes)
    {
        var weights = new List<int>();
        foreach (var item in Items(settings.Weights))
        {
            if (int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var weight) && weight <= MaxWeight)
            {
                weights.Add(weight);
            }
        }

        if (weights.Count != 4 || Items(settings.Weights).Length != 4)
        {
            mistakes.Add($"{Path}:HotProducts:Weights is '{settings.Weights}', but must be four whole numbers in 0..{MaxWeight:N0}: click,cart,order,payment.");
            return new HotProductOptions();
        }

        return new HotProductOptions(weights[0], weights[1], weights[2], weights[3], settings.Top);
    }
}
