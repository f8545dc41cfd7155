using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>Finds an event type by the bytes of its name.</summary>
internal static class TypeNames
{
    private const int LongestName = 16;

    // By length and first byte: the types that may be meant, least first. No two types share both and differ late.
    private static readonly byte[][] Candidates = CandidatesByLengthAndFirst();
    private static readonly byte[][] Names = [.. EventTypes.Names.ToArray().Select(System.Text.Encoding.UTF8.GetBytes)];

    /// <summary>False when no type has this name.</summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out EventType type)
    {
        if ((uint)(name.Length - 1) < LongestName && (uint)(name[0] - 'a') < 26)
        {
            foreach (var candidate in Candidates[((name.Length - 1) * 26) + (name[0] - 'a')])
            {
                if (name.SequenceEqual(Names[candidate]))
                {
                    type = (EventType)candidate;
                    return true;
                }
            }
        }

        type = default;
        return false;
    }

    private static byte[][] CandidatesByLengthAndFirst()
    {
        var lists = new byte[LongestName * 26][];
        for (var i = 0; i < lists.Length; i++)
        {
            var length = (i / 26) + 1;
            var first = (char)('a' + (i % 26));
            lists[i] = [.. Enumerable.Range(0, EventTypes.Count)
                .Where(type => EventTypes.Names[type].Length == length && EventTypes.Names[type][0] == first)
                .Select(type => (byte)type)];
        }

        return lists;
    }
}
