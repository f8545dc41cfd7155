using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Turns one JSON object into a <see cref="ParsedEvent"/> or a reason to reject it, without allocating: the <see cref="GuessReader"/> where
/// it can tell, else the <see cref="StrictReader"/>, whose answers both give. When several things are wrong, the first of Json,
/// FieldType, Missing, Limit, Type is the reason. One per reading thread: an event's strings may lie in the decoder's buffers until
/// the next call.
/// </summary>
public sealed class EventDecoder
{
    private readonly GuessReader _guess;
    private readonly StrictReader _strict;

    /// <summary>A decoder whose users become numbers by <paramref name="pseudonym"/>.</summary>
    public EventDecoder(Pseudonym pseudonym)
    {
        _guess = new GuessReader(pseudonym);
        _strict = new StrictReader(pseudonym);
    }

    /// <summary>Decodes a text that is one object and nothing else but white space; a line of a file, for example.</summary>
    /// <param name="json">UTF-8 bytes; the event's strings are views into them or into the decoder's buffers.</param>
    /// <param name="types">What the topic may carry.</param>
    /// <param name="parsed">The event; meaningless unless <see cref="RejectReason.None"/> is returned.</param>
    public RejectReason Decode(ReadOnlySpan<byte> json, TopicTypes types, out ParsedEvent parsed)
    {
        BeginText();
        var end = Guess(json, JsonScan.SkipSpace(json, 0), types, out parsed);
        return end != GuessReader.Unsure && JsonScan.SkipSpace(json, end) == json.Length ? RejectReason.None : DecodeStrictly(json, types, out parsed);
    }

    /// <summary>As <see cref="Decode"/>, without a guess and without another text's beginning.</summary>
    internal RejectReason DecodeStrictly(ReadOnlySpan<byte> json, TopicTypes types, out ParsedEvent parsed)
    {
        var end = ReadStrictly(json, JsonScan.SkipSpace(json, 0), types, out parsed, out var reason);
        return end < 0 || JsonScan.SkipSpace(json, end) != json.Length ? RejectReason.Json : reason;
    }

    /// <summary>
    /// Decodes the object that begins at <paramref name="at"/>, which never goes back in one text, if it is laid out as an earlier one. Returns
    /// the index behind it, or <see cref="GuessReader.Unsure"/>.
    /// </summary>
    internal int Guess(ReadOnlySpan<byte> json, int at, TopicTypes types, out ParsedEvent parsed) => _guess.Read(json, at, types, out parsed);

    /// <summary>Another text follows; to be called before the first <see cref="DecodeObject"/> in it.</summary>
    internal void BeginText() => _guess.BeginText();

    /// <summary>
    /// Decodes the object that begins at <paramref name="at"/>, which never goes back in one text. Returns the index behind it, or
    /// <see cref="JsonScan.Broken"/> when there is no well-formed object; then the reason is <see cref="RejectReason.Json"/>.
    /// </summary>
    internal int DecodeObject(
        ReadOnlySpan<byte> json, int at, TopicTypes types, out ParsedEvent parsed, out RejectReason reason)
    {
        var end = Guess(json, at, types, out parsed);
        if (end == GuessReader.Unsure)
        {
            return ReadStrictly(json, at, types, out parsed, out reason);
        }

        reason = RejectReason.None;
        return end;
    }

    private int ReadStrictly(ReadOnlySpan<byte> json, int at, TopicTypes types, out ParsedEvent parsed, out RejectReason reason)
    {
        var end = _strict.Read(json, at, types, out parsed, out reason);
        if (reason == RejectReason.None)
        {
            _guess.Learn(json[at..end], parsed.Type);
        }

        return end;
    }
}
