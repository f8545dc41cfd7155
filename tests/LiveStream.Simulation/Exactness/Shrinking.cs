namespace LiveStream.Simulation.Exactness;

/// <summary>Makes a failing log small: takes lines away, ever fewer at a time, as long as it still fails.</summary>
internal static class Shrinking
{
    /// <summary>A log with as few lines as this finds that still fails.</summary>
    /// <param name="files">A log that fails.</param>
    /// <param name="fails">Whether a log fails.</param>
    public static async Task<IReadOnlyList<byte[]>> Shrink(IReadOnlyList<byte[]> files, Func<IReadOnlyList<byte[]>, Task<bool>> fails)
    {
        var lines = files.Select(Split).ToArray();
        for (var file = 0; file < lines.Length; file++)
        {
            for (var size = Math.Max(1, lines[file].Count / 2); size >= 1; size /= 2)
            {
                for (var from = 0; from < lines[file].Count;)
                {
                    var whole = lines[file];
                    lines[file] = [.. whole.Take(from), .. whole.Skip(from + size)];
                    if (!await fails(Join(lines)))
                    {
                        lines[file] = whole;
                        from += size;
                    }
                }
            }
        }

        return Join(lines);
    }

    private static List<byte[]> Split(byte[] file)
    {
        var lines = new List<byte[]>();
        foreach (var range in file.AsSpan().Split((byte)'\n'))
        {
            lines.Add(file[range]);
        }

        return lines;
    }

    private static byte[][] Join(List<byte[]>[] files) =>
        [.. files.Select(lines => lines.SelectMany((line, i) => i == 0 ? line : line.Prepend((byte)'\n')).ToArray())];
}
