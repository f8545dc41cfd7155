using System.Globalization;
using System.Text;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// One line of what a redis-server tells of its commands: <c>+1700000000.123456 [0 lua] "SET" "key" "value"</c>, words quoted and their
/// bytes beyond printable ASCII escaped.
/// </summary>
/// <param name="TimeMs">When it was run, by the server's clock, ms since the Unix epoch.</param>
/// <param name="IsOfScript">Whether a script ran it.</param>
/// <param name="Words">The command and its arguments.</param>
internal readonly record struct MonitorLine(long TimeMs, bool IsOfScript, IReadOnlyList<byte[]> Words)
{
    /// <summary>The command, in capitals.</summary>
    public string Command => Encoding.ASCII.GetString(Words[0]).ToUpperInvariant();

    /// <summary>A word as text.</summary>
    public string Text(int word) => Encoding.UTF8.GetString(Words[word]);

    /// <summary>Whether the line may matter, told without taking it apart.</summary>
    public static bool MayMatter(ReadOnlySpan<byte> line) => line.IndexOf(" lua] "u8) >= 0 || line.IndexOf("\"FLUSH"u8) >= 0 || line.IndexOf("\"flush"u8) >= 0;

    /// <summary>Takes a line apart.</summary>
    public static MonitorLine Parse(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart((byte)'+');
        var dot = line.IndexOf((byte)'.');
        var timeMs = (long.Parse(line[..dot], CultureInfo.InvariantCulture) * 1000) + long.Parse(line.Slice(dot + 1, 3), CultureInfo.InvariantCulture);
        var behind = line.IndexOf("] "u8);
        var isOfScript = line[..behind].EndsWith(" lua"u8);
        var words = new List<byte[]>();
        for (var rest = line[(behind + 2)..]; !rest.IsEmpty;)
        {
            words.Add(Word(ref rest));
        }

        return new MonitorLine(timeMs, isOfScript, words);
    }

    private static byte[] Word(ref ReadOnlySpan<byte> rest)
    {
        var word = new List<byte>();
        var at = 1;
        for (; rest[at] != '"'; at++)
        {
            if (rest[at] != '\\')
            {
                word.Add(rest[at]);
                continue;
            }

            at++;
            switch (rest[at])
            {
                case (byte)'x':
                    word.Add(byte.Parse(Encoding.ASCII.GetString(rest.Slice(at + 1, 2)), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    at += 2;
                    break;
                case (byte)'n':
                    word.Add((byte)'\n');
                    break;
                case (byte)'r':
                    word.Add((byte)'\r');
                    break;
                case (byte)'t':
                    word.Add((byte)'\t');
                    break;
                case (byte)'a':
                    word.Add(7);
                    break;
                case (byte)'b':
                    word.Add(8);
                    break;
                default:
                    word.Add(rest[at]);
                    break;
            }
        }

        rest = rest[(at + 1)..].TrimStart((byte)' ');
        return [.. word];
    }
}
