using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Reads the events of a block of lines, one JSON object a line. Lines of nothing but spaces, tabs and CR are no events. Used on the stack by
/// whoever reads lines; each event is valid until the next is read.
/// </summary>
public ref struct LineReader
{
    /// <summary>Longest line, without its line break; a longer one is rejected.</summary>
    public const int MaxLineBytes = 1 << 20;

    private readonly EventDecoder _decoder;
    private readonly TopicTypes _types;
    private readonly ReadOnlySpan<byte> _lines;
    private int _at;

    /// <summary>A reader at the first line.</summary>
    /// <param name="decoder">Decodes the lines.</param>
    /// <param name="types">What they may carry.</param>
    /// <param name="lines">Whole lines; behind the last one the line break may be missing.</param>
    public LineReader(EventDecoder decoder, TopicTypes types, ReadOnlySpan<byte> lines)
    {
        _decoder = decoder;
        _types = types;
        _lines = lines;
        decoder.BeginText();
    }

    /// <summary>Lines read so far, blank ones included.</summary>
    public long Lines { get; private set; }

    /// <summary>Reads the next event; false behind the last.</summary>
    /// <param name="parsed">The event; meaningless unless <paramref name="reason"/> is <see cref="RejectReason.None"/>.</param>
    /// <param name="reason">Why the line is rejected, or none.</param>
    public bool Read(out ParsedEvent parsed, out RejectReason reason)
    {
        while (_at < _lines.Length)
        {
            Lines++;

            // No line break lies in an object that is guessed right.
            var end = _decoder.Guess(_lines, _at, _types, out parsed);
            if (end != GuessReader.Unsure && TryEndLine(end))
            {
                reason = RejectReason.None;
                return true;
            }

            var line = _lines[_at..];
            var length = line.IndexOf((byte)'\n');
            line = length < 0 ? line : line[..length];
            _at += line.Length + 1;
            if (!IsBlank(line))
            {
                reason = line.Length > MaxLineBytes ? RejectReason.Size : _decoder.DecodeStrictly(line, _types, out parsed);
                return true;
            }
        }

        parsed = default;
        reason = RejectReason.None;
        return false;
    }

    /// <summary>Moves to the next line if there is nothing but white space up to it.</summary>
    private bool TryEndLine(int end)
    {
        if ((uint)end < (uint)_lines.Length && _lines[end] == '\n')
        {
            _at = end + 1;
            return true;
        }

        var space = _lines[end..].IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r');
        var lineEnd = space < 0 ? _lines.Length : end + space;
        if ((lineEnd < _lines.Length && _lines[lineEnd] != '\n') || lineEnd - _at > MaxLineBytes)
        {
            return false;
        }

        _at = lineEnd + 1;
        return true;
    }

    /// <summary>Whether a line is nothing but spaces, tabs and CR.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0;
}
