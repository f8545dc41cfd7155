using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

/// <summary>Whatever a decoder has learnt, it says of every input what the strict reader says.</summary>
public sealed class GuessFuzzTests
{
    private static readonly TopicTypes[] Topics =
        [TopicTypes.All, TopicTypes.All, TopicTypes.Of(EventType.Like), TopicTypes.Of(EventType.Click, EventType.Payment, EventType.Enter)];

    private readonly EventDecoder _decoder = new(Samples.Pseudonym);
    private readonly StrictReader _strict = new(Samples.Pseudonym);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Objects_of_many_layouts(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var layouts = MakeLayouts(random, 1 + random.Next(12));
            var types = Topics[random.Next(Topics.Length)];
            var oddity = 1 << random.Next(1, 10);
            for (var i = 0; i < 150; i++)
            {
                Compare(layouts[random.Next(layouts.Length)].Write(random, oddity), types, $"seed {seed}, round {round}");
            }
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Objects_with_a_few_bytes_changed(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var layouts = MakeLayouts(random, 4);
            var types = Topics[random.Next(Topics.Length)];
            foreach (var layout in layouts.Concat(layouts))
            {
                Compare(layout.Write(random, 1 << 20), types, "good");
            }

            for (var i = 0; i < 300; i++)
            {
                Compare(Change(layouts[random.Next(layouts.Length)].Write(random, 1 << 20), random), types, $"seed {seed}, round {round}");
            }
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Lines_in_blocks(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var layouts = MakeLayouts(random, 3);
            var types = Topics[random.Next(Topics.Length)];
            var oddity = 1 << random.Next(2, 12);
            var lines = Enumerable.Range(0, random.Next(80)).Select(_ => Line(layouts, random, oddity)).ToArray();
            byte[] block = [.. lines.SelectMany(line => line.Append((byte)'\n'))];
            var cut = block.AsSpan(0, block.Length - (block.Length > 0 ? random.Next(2) : 0));
            var actual = new List<string>();
            var reader = new LineReader(_decoder, types, cut);
            while (reader.Read(out var parsed, out var reason))
            {
                actual.Add($"{reader.Lines}: {Description.Of(reason, parsed)}");
            }

            var expected = SplitAtBreaks(block).Select((line, index) => (line, index)).Where(entry => !LineReader.IsBlank(entry.line))
                .Select(entry => $"{entry.index + 1}: {Strictly(entry.line, types)}");
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Records_of_several_objects(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var layouts = MakeLayouts(random, 3);
            var types = Topics[random.Next(Topics.Length)];
            var objects = Enumerable.Range(0, 1 + random.Next(60)).Select(_ => layouts[random.Next(layouts.Length)].Write(random, 512))
                .Where(json => !Strictly(json, types).EndsWith("Json", StringComparison.Ordinal)).ToArray();
            var array = random.Next(2) == 0;
            byte[] record = array
                ? [(byte)'[', .. Join(objects, random.Next(2) == 0 ? "," : ", "), (byte)']']
                : [.. Join(objects, random.Next(2) == 0 ? "\n" : "\r\n")];
            var actual = new List<string>();
            var reader = new RecordReader(_decoder, types, record);
            while (reader.Read(out var parsed, out var reason))
            {
                actual.Add(Description.Of(reason, parsed));
            }

            Assert.Equal(objects.Length == 0 ? ["rejected Json"] : objects.Select(json => Strictly(json, types)), actual);
        }
    }

    private static Layout[] MakeLayouts(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => new Layout(random))];

    private static byte[] Line(Layout[] layouts, Random random, int oddity) => random.Next(20) switch
    {
        0 => Samples.Utf8(" \t\r"[..random.Next(4)]),
        1 => Change(layouts[0].Write(random, oddity), random),
        2 => [.. layouts[0].Write(random, oddity), .. " \r"u8],
        3 => [(byte)' ', .. layouts[0].Write(random, oddity)],
        _ => layouts[random.Next(layouts.Length)].Write(random, oddity),
    };

    private static IEnumerable<byte[]> SplitAtBreaks(byte[] block)
    {
        var start = 0;
        for (var i = 0; i < block.Length; i++)
        {
            if (block[i] == '\n')
            {
                yield return block[start..i];
                start = i + 1;
            }
        }
    }

    private static IEnumerable<byte> Join(byte[][] objects, string separator) =>
        objects.SelectMany((json, index) => index == 0 ? json : [.. Samples.Utf8(separator), .. json]);

    private static byte[] Change(byte[] json, Random random)
    {
        var bytes = new List<byte>(json);
        for (var changes = 1 + random.Next(2); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var value = (byte)(random.Next(3) == 0 ? random.Next(256) : "\"{}[]:, 0\\\n-.e"[random.Next(14)]);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = value;
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, value);
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }

    private string Strictly(ReadOnlySpan<byte> json, TopicTypes types)
    {
        var end = _strict.Read(json, JsonScan.SkipSpace(json, 0), types, out var parsed, out var reason);
        return Description.Of(end < 0 || JsonScan.SkipSpace(json, end) != json.Length ? RejectReason.Json : reason, parsed);
    }

    private void Compare(byte[] json, TopicTypes types, string where)
    {
        var expected = Strictly(json, types);
        var actual = Description.Decode(_decoder, json, types);
        if (expected != actual)
        {
            Assert.Fail($"{where}: {Encoding.UTF8.GetString(json)}\nhex {Convert.ToHexString(json)}\nexpected {expected}\nactual   {actual}");
        }
    }
}
