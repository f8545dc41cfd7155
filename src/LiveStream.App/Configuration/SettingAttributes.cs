namespace LiveStream.App.Configuration;

/// <summary>The value is a list: either one string with commas, or a JSON array.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListSettingAttribute : Attribute;

/// <summary>The value may hold a secret and is masked wherever configuration is printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
