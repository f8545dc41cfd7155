namespace LiveStream.App.Configuration;

/// <summary>The value is a list: either one string with commas, or a JSON array.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListSettingAttribute : Attribute;

/// <summary>The value may hold a secret and is masked wherever configuration is printed.</summary>
/// <param name="pattern">Regular expression of the secret part of the value; null = all of it.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute(string? pattern = null) : Attribute
{
    /// <summary>Which part of the value is secret.</summary>
    public string? Pattern { get; } = pattern;
}
