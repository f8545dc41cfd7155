using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>The table <c>events</c> of src/METRICS.md: every applied event with its final session and ts, as rows of JSON.</summary>
internal static class AppliedTable
{
    public static byte[] Row(string session, long startTs, LogEvent item)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("room", item.Room);
            json.WriteString("session", session);
            json.WriteNumber("start", startTs);
            json.WriteString("user", item.IsViewer ? item.User : "");
            json.WriteString("type", item.Type.Name());
            json.WriteNumber("ts", item.Ts);
            json.WriteString("product", item.Product ?? "");
            json.WriteString("order", item.Order ?? "");
            json.WriteNumber("amount", item.Amount ?? 0);
            json.WriteNumber("qty", item.Qty);
            json.WriteNumber("count", item.Count);
            json.WriteString("channel", item.Channel ?? "");
            WriteFlag(json, "newViewer", item.NewViewer);
            WriteFlag(json, "newBuyer", item.NewBuyer);
            json.WriteString("name", item.Name ?? "");
            json.WriteNumber("stock", item.Stock ?? 0);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool? flag)
    {
        json.WritePropertyName(name);
        if (flag is { } known)
        {
            json.WriteBooleanValue(known);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
