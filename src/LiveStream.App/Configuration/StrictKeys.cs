using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace LiveStream.App.Configuration;

/// <summary>
/// Walks the configuration beside the settings' types and notes every mistake: a key that no property has, a value of the wrong
/// type or outside the limits its property states. Lists written as JSON arrays are noted as one string with commas.
/// Used once, by <see cref="SettingsReader"/>.
/// </summary>
internal sealed class StrictKeys(IConfigurationRoot root)
{
    /// <summary>One sentence per mistake.</summary>
    public List<string> Mistakes { get; } = [];

    /// <summary>Lists that were written as arrays: path -> values with commas.</summary>
    public Dictionary<string, string?> Lists { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks a section against the properties of a settings type.</summary>
    public void Check(IConfigurationSection section, Type settings)
    {
        var properties = settings.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var child in section.GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var known = string.Join(", ", properties.Select(p => p.Name));
                Mistakes.Add($"{child.Path} is not a known key; {section.Path} has {known}.");
            }
            else
            {
                CheckProperty(child, property);
            }
        }
    }

    private void CheckProperty(IConfigurationSection child, PropertyInfo property)
    {
        var type = property.PropertyType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            var isList = property.IsDefined(typeof(ListSettingAttribute));
            foreach (var entry in child.GetChildren())
            {
                CheckEntry(entry, type.GetGenericArguments()[1], isList);
            }

            return;
        }

        if (property.IsDefined(typeof(ListSettingAttribute)))
        {
            NoteList(child);
        }
        else if (IsNested(type))
        {
            CheckSection(child, type);
        }
        else
        {
            var optional = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
            if (child.Value is not null || child.GetChildren().Any() || !optional)
            {
                CheckValue(child, type, property.GetCustomAttributes<ValidationAttribute>());
            }
        }
    }

    private void CheckEntry(IConfigurationSection entry, Type type, bool isList)
    {
        if (isList)
        {
            NoteList(entry);
        }
        else if (IsNested(type))
        {
            CheckSection(entry, type);
        }
        else
        {
            CheckValue(entry, type, []);
        }
    }

    private void CheckSection(IConfigurationSection section, Type settings)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            Mistakes.Add($"{section.Path} is a section and takes no value of its own; remove '{section.Value}'.");
        }

        Check(section, settings);
    }

    private void CheckValue(IConfigurationSection value, Type type, IEnumerable<ValidationAttribute> limits)
    {
        if (value.GetChildren().Any())
        {
            Mistakes.Add($"{value.Path} takes one value, not an object or a list.");
            return;
        }

        var converter = TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type);
        var text = value.Value;
        if (text is null)
        {
            Mistakes.Add($"{value.Path} is null; give it a value or remove it.");
            return;
        }

        if (type.IsValueType && (string.IsNullOrWhiteSpace(text) || !converter.IsValid(text)))
        {
            Mistakes.Add($"{value.Path} is '{text}', but must be {(type == typeof(bool) ? "true or false" : "a whole number")}{LimitsOf(limits)}.");
            return;
        }

        var typed = type.IsValueType ? converter.ConvertFromInvariantString(text) : text;
        foreach (var limit in limits.Where(limit => !limit.IsValid(typed)))
        {
            var rule = limit is RangeAttribute range ? $"must be in {Range(range)}" : limit.ErrorMessage;
            Mistakes.Add($"{value.Path} is '{text}', but {rule}.");
        }
    }

    private static string LimitsOf(IEnumerable<ValidationAttribute> limits) =>
        limits.OfType<RangeAttribute>().Select(range => $" in {Range(range)}").FirstOrDefault() ?? "";

    private static string Range(RangeAttribute range) =>
        string.Create(CultureInfo.InvariantCulture, $"{range.Minimum:N0}..{range.Maximum:N0}");

    /// <summary>The last source that says anything about a list says all of it: sources are not merged element by element.</summary>
    private void NoteList(IConfigurationSection list)
    {
        foreach (var provider in root.Providers.Reverse())
        {
            var keys = provider.GetChildKeys([], list.Path).Distinct(StringComparer.OrdinalIgnoreCase).Order(ConfigurationKeyComparer.Instance).ToList();
            if (keys.Count > 0)
            {
                Lists[list.Path] = string.Join(',', keys.Select(key => provider.TryGet($"{list.Path}:{key}", out var item) ? item : null));
                return;
            }

            if (provider.TryGet(list.Path, out var value))
            {
                Lists[list.Path] = value ?? "";
                return;
            }
        }
    }

    private static bool IsNested(Type type) => type.IsClass && type != typeof(string);
}
