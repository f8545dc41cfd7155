using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Queries;

/// <summary>
/// The SQL of src/METRICS.md, read from the page itself: the statements that set the table and its views up, and the queries of its tables, each with
/// the number that stands in front of it. Runs them on a ClickHouse of its own.
/// </summary>
public sealed partial class MetricsPage : IDisposable
{
    private static readonly string[] NotComputed = ["schema", "room", "session", "asOf", "settled", "currency", "minorDigits"];

    private readonly ClickHouse clickHouse = new();
    private readonly List<string> setUp = [];
    private readonly List<(string Number, string Query)> queries = [];
    private bool hasTable;

    public MetricsPage()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "src", "METRICS.md"));
        setUp.AddRange(SqlBlock().Matches(page).SelectMany(block => block.Groups["sql"].Value.Split(";\n")).Where(statement => statement.Trim().Length > 0));
        queries.AddRange(TableRow().Matches(page).Select(row => (row.Groups["number"].Value.TrimEnd('.'), row.Groups["query"].Value)));
    }

    /// <summary>Puts these events, one JSON object each, into the table, and nothing else. Skips the test that asks when there is no ClickHouse.</summary>
    public void Fill(IEnumerable<byte[]> rows)
    {
        foreach (var statement in setUp.Where(statement => !hasTable && !Placeholder().IsMatch(statement)))
        {
            clickHouse.Run(statement);
        }

        hasTable = true;
        clickHouse.Run("TRUNCATE TABLE events");
        clickHouse.Run($"INSERT INTO events FORMAT JSONEachRow\n{string.Join('\n', rows.Select(Encoding.UTF8.GetString))}");
    }

    /// <summary>Asks for every number of a settled snapshot, in one of its windows, and tells what is not as the snapshot says or has no query.</summary>
    /// <param name="snapshot">Is taken apart.</param>
    /// <param name="window">Name of the window.</param>
    /// <param name="values">What to put for the words in braces.</param>
    /// <param name="funnels">The same for each funnel of the snapshot, by its name.</param>
    public IEnumerable<string> Differences(
        JsonObject snapshot, string window, Dictionary<string, string> values, IReadOnlyDictionary<string, Dictionary<string, string>> funnels)
    {
        foreach (var statement in setUp.Where(statement => Placeholder().IsMatch(statement)))
        {
            clickHouse.Run(Filled(statement, values) ?? throw new InvalidDataException($"No value for a word in braces: {statement}"));
        }

        var rest = new Remainder(snapshot, window);
        foreach (var (number, query) in queries)
        {
            IEnumerable<(string Number, string? Query)> asked = number == "funnels"
                ? funnels.Select(funnel => ($"funnels.{funnel.Key}", Filled(query, values.Concat(funnel.Value).ToDictionary())))
                : [(number, Filled(query, values))];
            foreach (var (name, filled) in asked.Where(one => one.Query is not null))
            {
                foreach (var difference in rest.Take(name, Rows(clickHouse.Run(filled!))))
                {
                    yield return $"{difference}\n  {filled}";
                }
            }
        }

        foreach (var left in rest.Left(NotComputed))
        {
            yield return $"no query for {left}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => clickHouse.Dispose();

    // Null when there is no value for a word: a sliding window's queries have none for the session.
    private static string? Filled(string text, Dictionary<string, string> values) =>
        Placeholder().Matches(text).All(word => values.ContainsKey(word.Groups["word"].Value))
            ? Placeholder().Replace(text, word => values[word.Groups["word"].Value])
            : null;

    private static List<JsonObject> Rows(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    [GeneratedRegex("```sql\n(?<sql>.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();

    // A table's line with a query, and the first number in it; of a number for each type or funnel what stands before the dot.
    [GeneratedRegex(@"^\| `(?<number>[\w.]+)[^|]*\|[^|]*\| `(?<query>(?:SELECT|WITH) [^`]*)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\{(?<word>\w+)\}")]
    private static partial Regex Placeholder();

    /// <summary>What of a snapshot has not been asked for yet.</summary>
    private sealed class Remainder
    {
        private readonly JsonObject snapshot;
        private readonly JsonObject[] places;

        public Remainder(JsonObject snapshot, string window)
        {
            this.snapshot = snapshot;
            var numbers = snapshot["windows"]![window]!.AsObject();
            snapshot["windows"] = new JsonObject { [window] = numbers.DeepClone() };
            numbers = snapshot["windows"]![window]!.AsObject();
            string[] others = ["online", "sessionMetrics", "retention", "products"];
            places = [numbers, numbers["trade"]!.AsObject(), .. others.Select(name => snapshot[name]!.AsObject()), snapshot];
        }

        /// <summary>Compares rows with the number, list or map of that name and takes it away.</summary>
        public IEnumerable<string> Take(string number, List<JsonObject> rows)
        {
            var path = number.Split('.');
            var holder = path.Length == 1 ? Holder(number) : Holder(path[0])[path[0]]!.AsObject();
            switch (holder[path[^1]])
            {
                case JsonArray list:
                    holder.Remove(path[^1]);
                    return Differences(number, list, new JsonArray([.. rows]));
                case JsonObject map when rows.Count != 1 || !rows[0].ContainsKey(number):
                    holder.Remove(number);
                    return Differences(number, map, new JsonObject(rows.Select(row => KeyValuePair.Create(row.First().Value!.GetValue<string>(), row.Last().Value?.DeepClone()))));
                default:
                    return Assert.Single(rows).SelectMany(column => Differences(column.Key, Removed(column.Key), column.Value)).ToList();
            }
        }

        public IEnumerable<string> Left(IEnumerable<string> notComputed) => Leaves(snapshot).Except(notComputed.Select(name => "$." + name));

        private JsonObject Holder(string name) => Array.Find(places, place => place.ContainsKey(name)) ?? snapshot;

        private JsonNode? Removed(string name)
        {
            var holder = Holder(name);
            var value = holder[name];
            holder.Remove(name);
            return value;
        }

        private static IEnumerable<string> Leaves(JsonNode? node) => node switch
        {
            JsonObject item => item.SelectMany(property => Leaves(property.Value)),
            JsonArray list => list.SelectMany(Leaves),
            null => [],
            _ => [node.GetPath()],
        };

        private static IEnumerable<string> Differences(string path, JsonNode? expected, JsonNode? answer) => (expected, answer) switch
        {
            (JsonObject one, JsonObject other) => one.Select(property => property.Key).Union(other.Select(property => property.Key))
                .SelectMany(name => Differences($"{path}.{name}", one[name], other[name])),
            (JsonArray one, JsonArray other) when one.Count == other.Count => one.Zip(other).SelectMany((pair, i) => Differences($"{path}[{i}]", pair.First, pair.Second)),
            _ => IsSame(expected, answer) ? [] : [$"{path}: the snapshot says {Text(expected)}, the query {Text(answer)}"],
        };

        // A name that is absent is empty in the table, and a share of nothing is null.
        private static bool IsSame(JsonNode? expected, JsonNode? answer) => (expected, answer) switch
        {
            (null, null) => true,
            (null, JsonObject ratio) => ratio["den"]?.GetValue<long>() == 0,
            (null, JsonValue text) => text.GetValueKind() == JsonValueKind.String && text.GetValue<string>().Length == 0,
            (JsonValue one, JsonValue other) when one.GetValueKind() == JsonValueKind.Number && other.GetValueKind() == JsonValueKind.Number =>
                IsSameNumber(one.ToJsonString(), other.ToJsonString()),
            _ => JsonNode.DeepEquals(expected, answer),
        };

        private static bool IsSameNumber(string one, string other) =>
            Int128.TryParse(one, CultureInfo.InvariantCulture, out var whole) && Int128.TryParse(other, CultureInfo.InvariantCulture, out var otherWhole)
                ? whole == otherWhole
                : double.Parse(one, CultureInfo.InvariantCulture).Equals(double.Parse(other, CultureInfo.InvariantCulture));

        private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
    }
}
