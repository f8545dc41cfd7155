using System.Text.Json;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Kafka;

/// <summary>Names of the reasons in <c>rejected{reason}</c> and in dead letters, such as <c>fieldType</c>.</summary>
public static class RejectNames
{
    private static readonly string[] Names = [.. Enum.GetNames<RejectReason>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>The name of a reason.</summary>
    public static string Of(RejectReason reason) => Names[(int)reason];
}
