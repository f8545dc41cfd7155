using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LiveStream.App.Recovery;

/// <summary>Which checkpoint. Of two of a group, the later one has the greater epoch, or the same one and the greater sequence.</summary>
/// <param name="Group">Partition group.</param>
/// <param name="Epoch">Of the owner that took it.</param>
/// <param name="Sequence">Counts the checkpoints of that owner.</param>
internal readonly record struct CheckpointName(int Group, long Epoch, long Sequence) : IComparable<CheckpointName>
{
    public static bool operator <(CheckpointName left, CheckpointName right) => left.CompareTo(right) < 0;

    public static bool operator >(CheckpointName left, CheckpointName right) => left.CompareTo(right) > 0;

    public static bool operator <=(CheckpointName left, CheckpointName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CheckpointName left, CheckpointName right) => left.CompareTo(right) >= 0;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CheckpointName name)
    {
        name = default;
        var parts = (text ?? "").Split('-');
        if (parts.Length != 3
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        name = new CheckpointName(group, epoch, sequence);
        return true;
    }

    public int CompareTo(CheckpointName other) => (Group, Epoch, Sequence).CompareTo((other.Group, other.Epoch, other.Sequence));

    /// <summary><c>group-epoch-sequence</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Group}-{Epoch}-{Sequence}");
}
