namespace LiveStream.Ingest.Decoding;

/// <summary>A place of fixed size for each string field of one event whose text has escapes. Owned by <see cref="EventDecoder"/>.</summary>
internal sealed class UnescapedStrings
{
    private readonly byte[] _bytes;
    private readonly int[] _starts = new int[(int)Fields.FirstInteger + 1];

    public UnescapedStrings()
    {
        var total = 0;
        for (var field = 0; field < (int)Fields.FirstInteger; field++)
        {
            _starts[field] = total;
            total += Fields.MaxLength((Field)field);
        }

        _starts[^1] = total;
        _bytes = new byte[total];
    }

    /// <summary>The field's place, as long as its longest value.</summary>
    public Span<byte> Of(Field field) => _bytes.AsSpan(_starts[(int)field].._starts[(int)field + 1]);
}
