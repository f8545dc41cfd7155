using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using LiveStream.App.Configuration;

namespace LiveStream.App.Doctor;

/// <summary>The configuration in force as lines of key and value, secrets masked.</summary>
internal static partial class SettingsInForce
{
    private const string Mask = "***";

    /// <summary>One line per key.</summary>
    public static IEnumerable<string> Lines(LiveStreamOptions options) => Lines("", options.Settings);

    private static IEnumerable<string> Lines(string path, object settings)
    {
        foreach (var property in settings.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = path.Length == 0 ? property.Name : $"{path}:{property.Name}";
            var secret = property.GetCustomAttribute<SecretAttribute>();
            var value = property.GetValue(settings);
            var lines = value switch
            {
                null or "" => [$"{key} ="],
                string text => [$"{key} = {Masked(text, secret)}"],
                IDictionary { Count: 0 } => [$"{key} = (default)"],
                IDictionary entries => entries.Keys.Cast<string>().SelectMany(name => Entry($"{key}:{name}", name, entries[name]!, secret)),
                ValueType number => [$"{key} = {number}"],
                _ => Lines(key, value),
            };
            foreach (var line in lines)
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> Entry(string key, string name, object value, SecretAttribute? secret) => value is string text
        ? [$"{key} = {(secret is not null && SecretName().IsMatch(name) ? Mask : text)}"]
        : Lines(key, value);

    private static string Masked(string text, SecretAttribute? secret) => secret switch
    {
        null => text,
        { Pattern: { } pattern } => Regex.Replace(text, pattern, Mask, RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)),
        _ => Mask,
    };

    [GeneratedRegex("password|secret|token|key|pem|jaas", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();
}
