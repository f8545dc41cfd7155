namespace LiveStream.App.Doctor;

/// <summary>What one check found: a line for people.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Text">What is so; for a fault, with the remedy.</param>
/// <param name="IsFault">Whether something is wrong.</param>
internal sealed record Finding(string Subject, string Text, bool IsFault)
{
    /// <summary>All is well.</summary>
    public static Finding Ok(string subject, string text) => new(subject, text, IsFault: false);

    /// <summary>Something is wrong.</summary>
    public static Finding Fault(string subject, string text, string remedy) => new(subject, $"{text.TrimEnd('.')}; {remedy}.", IsFault: true);

    public override string ToString() => $"{(IsFault ? "FAULT" : "ok   ")}  {Subject}: {Text}";
}
