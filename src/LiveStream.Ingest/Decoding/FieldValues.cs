using System.Runtime.CompilerServices;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// A number for each <see cref="Field"/>, and one for what is no field: where a text begins, with its length in the upper half; an integer; a
/// flag.
/// </summary>
[InlineArray((int)Field.Unknown + 1)]
internal struct FieldValues
{
    private long _first;

    /// <summary>What an event has that has no fields.</summary>
    public static readonly FieldValues Absent = MakeAbsent();

    private static FieldValues MakeAbsent()
    {
        var values = default(FieldValues);
        values[(int)Field.Quantity] = 1;
        values[(int)Field.Count] = 1;
        return values;
    }
}
