using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace LiveStream.App.Telemetry;

/// <summary>Sends the meters of this program to the OTLP endpoint of the configuration.</summary>
internal static class OtlpExport
{
    /// <summary>Starts to export; null when no endpoint is configured.</summary>
    public static IDisposable? Start(string? endpoint) => string.IsNullOrEmpty(endpoint)
        ? null
        : Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("livestream"))
            .AddMeter($"{LineMeter.Name}*")
            .AddOtlpExporter(exporter => exporter.Endpoint = new Uri(endpoint))
            .Build();
}
