namespace LiveStream.App.Commands;

/// <summary>The numbers a process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed while running.</summary>
    public const int Failed = 1;

    /// <summary>Wrong use or configuration.</summary>
    public const int Usage = 2;
}

/// <summary>Wrong use or configuration: each sentence says what is wrong and what to do. Ends the program with exit code 2.</summary>
internal sealed class UsageException(IReadOnlyList<string> sentences) : Exception(string.Join(Environment.NewLine, sentences))
{
    public UsageException(string sentence)
        : this([sentence])
    {
    }

    /// <summary>One line each on stderr.</summary>
    public IReadOnlyList<string> Sentences { get; } = sentences;
}

/// <summary>Something failed while running that the user can act on: one sentence, exit code 1.</summary>
internal sealed class FailureException(string sentence, Exception? cause = null) : Exception(sentence, cause);
