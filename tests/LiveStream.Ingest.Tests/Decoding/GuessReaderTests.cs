using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

/// <summary>What is guessed, and what is left to the strict reader; that both say the same is <see cref="GuessFuzzTests"/>' part.</summary>
public sealed class GuessReaderTests
{
    private const string Like = """{"type":"like","room":"live-100888","ts":1767268800000,"user":"u7755323868","id":"9e3779b97f4a7c15","count":1,"device":"iphone"}""";

    private readonly GuessReader _reader = new(Samples.Pseudonym);

    [Fact]
    public void Nothing_is_guessed_before_something_was_learnt() => Assert.False(IsGuessed(Like));

    [Theory]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"another","id":"","count":10000,"device":""}""", false)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"another","id":"x","count":10000,"device":""}""", true)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"another","id":"x","count":10000,"device":"中"}""", true)]
    [InlineData("""{"type":"like","room":"直播间","ts":1,"user":"用户","id":"x","count":10000,"device":"a"}""", true)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"u","id":"x","count":10001,"device":"a"}""", false)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"u","id":"x","count":01,"device":"a"}""", false)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"\u0075","id":"x","count":1,"device":"a"}""", false)]
    [InlineData("""{"type":"like","room":"r", "ts":1,"user":"u","id":"x","count":1,"device":"a"}""", false)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"u","id":"x","count":1}""", false)]
    [InlineData("""{"type":"gift","room":"r","ts":1,"user":"u","id":"x","count":1,"device":"a"}""", false)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"u","id":"x","count":1,"device":"a"},""", true)]
    [InlineData("""{"type":"like","room":"r","ts":1,"user":"u","id":"x","count":1,"device":"a" }""", false)]
    public void An_object_laid_out_as_one_before_is_guessed(string json, bool guessed)
    {
        Learn(Like);
        Assert.Equal(guessed, IsGuessed(json));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Lines_of_every_kind_are_guessed_at_the_second_time(int sample)
    {
        var topic = sample == 10 ? TopicTypes.Of(EventType.Like) : TopicTypes.All;
        Learn(Samples.Lines[sample], topic);
        Assert.True(IsGuessed(Samples.Lines[sample], topic));
        Assert.True(IsGuessed("  " + Samples.Lines[sample], topic, at: 2));
    }

    [Fact]
    public void Values_of_no_field_may_differ_in_kind_and_in_their_quotes()
    {
        Learn("""{"type":"like","x":[1,"a"],"room":"r","ts":1,"user":"u"}""");
        Assert.True(IsGuessed("""{"type":"like","x":{"a":["b","c"],"d":"e"},"room":"r","ts":1,"user":"u"}"""));
        Assert.True(IsGuessed("""{"type":"like","x":null,"room":"r","ts":1,"user":"u"}"""));
        Assert.True(IsGuessed("""{"type":"like","x":"s","room":"r","ts":1,"user":"u"}"""));
        Assert.False(IsGuessed("""{"type":"like","x":[,"room":"r","ts":1,"user":"u"}"""));
    }

    [Fact]
    public void A_type_may_have_several_shapes_and_stand_in_several_places()
    {
        string[] lines =
        [
            Like, """{"type":"like","room":"r1","ts":1,"user":"u1"}""", """{"room":"r1","ts":1,"user":"u1","type":"like"}""",
            """{"room":"r1","ts":1,"user":"u1","type":"share"}""", """{"room":"r1","user":"u1","ts":1}""",
            """{ "room": "r1", "user": "u1", "type": "like", "ts": 15 }""", """{"type":"enter","room":"r1","ts":1,"user":"u1","fan":true}""",
        ];
        var topic = TopicTypes.Of(EventType.Like);
        foreach (var line in lines)
        {
            Learn(line, line.Contains("\"type\"", StringComparison.Ordinal) ? TopicTypes.All : topic);
        }

        for (var i = 0; i < 20; i++)
        {
            var line = lines[(i * 3) % lines.Length];
            Assert.True(IsGuessed(line, line.Contains("\"type\"", StringComparison.Ordinal) ? TopicTypes.All : topic), line);
        }
    }

    [Fact]
    public void A_type_that_the_topic_may_not_carry_is_not_guessed()
    {
        Learn(Like);
        Assert.True(IsGuessed(Like, TopicTypes.Of(EventType.Like, EventType.Gift)));
        Assert.False(IsGuessed(Like, TopicTypes.Of(EventType.Gift, EventType.Share)));
    }

    [Fact]
    public void Shapes_without_end_are_not_all_kept_and_a_new_one_gets_its_turn()
    {
        static string Line(int i) => $$"""{"type":"like","room":"r1","ts":1,"user":"u1","x{{i}}":"y"}""";
        for (var i = 0; i < KnownShapes.MostOfType + (5 * KnownShapes.MissesPerShape); i++)
        {
            Learn(Line(i));
        }

        Assert.Equal(KnownShapes.MostOfType, Enumerable.Range(0, 1000).Count(i => IsGuessed(Line(i))));
        for (var i = 0; i < KnownShapes.MissesPerShape; i++)
        {
            Learn(Like);
        }

        Assert.True(IsGuessed(Like));
    }

    [Fact]
    public void Long_leads_and_many_members_are_guessed_up_to_a_limit()
    {
        string Line(int members, int nameLength) => "{\"type\":\"like\",\"room\":\"r1\",\"ts\":1,\"user\":\"u1\""
            + string.Concat(Enumerable.Range(0, members).Select(i => $",\"{new string((char)('a' + i), nameLength)}\":\"{i}\"")) + "}";
        foreach (var (members, nameLength, guessed) in new[] { (27, 5, true), (28, 5, false), (3, 100, true), (1, 600, false) })
        {
            Learn(Line(members, nameLength));
            Assert.Equal(guessed, IsGuessed(Line(members, nameLength)));
        }
    }

    [Fact]
    public void Events_of_one_text_are_guessed_one_behind_the_other_to_its_end()
    {
        Learn(Like);
        var text = Samples.Utf8(string.Join("\n", Enumerable.Repeat(Like, 500)));
        var count = 0;
        _reader.BeginText();
        for (var at = 0; at < text.Length; at++)
        {
            at = _reader.Read(text, at, TopicTypes.All, out var parsed);
            Assert.Equal(Like.Length + (count * (Like.Length + 1)), at);
            Assert.True(parsed.Room.SequenceEqual("live-100888"u8));
            count++;
        }

        Assert.Equal(500, count);
    }

    [Fact]
    public void Reading_lines_and_records_allocates_nothing()
    {
        var decoder = new EventDecoder(Samples.Pseudonym);
        var lines = Samples.Utf8(string.Join("\n", Samples.Lines.Concat(Enumerable.Repeat(Like, 100))));
        var record = Samples.Utf8("[" + string.Join(",", Samples.Lines.Concat(Enumerable.Repeat(Like, 100))) + "]");
        void Run(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                var lineReader = new LineReader(decoder, TopicTypes.All, lines);
                while (lineReader.Read(out _, out _))
                {
                }

                var recordReader = new RecordReader(decoder, TopicTypes.All, record);
                while (recordReader.Read(out _, out _))
                {
                }
            }
        }

        Run(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(200);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Learn(string json, TopicTypes? types = null)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var strict = new StrictReader(Samples.Pseudonym);
        var end = strict.Read(bytes, 0, types ?? TopicTypes.All, out var parsed, out var reason);
        Assert.Equal((bytes.Length, RejectReason.None), (end, reason));
        _reader.Learn(bytes, parsed.Type);
    }

    private bool IsGuessed(string json, TopicTypes? types = null, int at = 0)
    {
        _reader.BeginText();
        return _reader.Read(Encoding.UTF8.GetBytes(json), at, types ?? TopicTypes.All, out _) != GuessReader.Unsure;
    }
}
