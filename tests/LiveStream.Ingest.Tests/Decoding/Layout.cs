using System.Text;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

/// <summary>
/// How one producer writes one type of event: which members, in which order, with which spaces. Objects made from it differ in their values
/// and, rarely, in what no producer should do.
/// </summary>
internal sealed class Layout
{
    private static readonly string[] Texts = ["session", "id", "product", "order", "text", "channel", "name", "label"];
    private static readonly string[] Numbers = ["amount", "qty", "count", "stock"];
    private static readonly string[] Flags = ["newViewer", "newBuyer", "fan"];
    private static readonly string[] Others = ["device", "app", "a", "", "deviceFingerprintOfTheClient", "名", "newViewerX", "types", "seq", "geo"];
    private static readonly string[] Values =
        ["7", "-1.5e3", "true", "null", "[]", "{}", "[\"a\",{\"b\":[\"c\"]}]", "{\"room\":\"x\",\"ts\":\"\"}", "[1, 2 ]", "\"\"", "\"v\"", "\"ünï\""];

    private readonly string _type;
    private readonly List<string> _members;
    private readonly string _open;
    private readonly string _colon;
    private readonly string _comma;
    private readonly string _close;

    public Layout(Random random)
    {
        _type = EventTypes.Names[random.Next(EventTypes.Count)];
        _members = ["room", "ts", "user", "product", "order", "amount", "stock"];
        AddSome(Texts, random, 3);
        AddSome(Numbers, random, 3);
        AddSome(Flags, random, 3);
        AddSome(Others, random, 2);
        if (random.Next(8) > 0)
        {
            _members.Add("type");
        }

        _members = [.. _members.Distinct().OrderBy(_ => random.Next())];
        _open = random.Next(4) == 0 ? "{ " : "{";
        _colon = random.Next(2) == 0 ? ":" : random.Next(4) == 0 ? " : " : ": ";
        _comma = random.Next(2) == 0 ? "," : random.Next(4) == 0 ? " ,  " : ", ";
        _close = random.Next(4) == 0 ? " }" : "}";
    }

    /// <summary>The next object of the layout; one member in <paramref name="oddity"/> is not as it was.</summary>
    public byte[] Write(Random random, int oddity)
    {
        var text = new List<byte>(300);
        Append(text, _open);
        var first = true;
        foreach (var member in _members)
        {
            if (random.Next(oddity * 4) == 0)
            {
                continue;
            }

            for (var times = random.Next(oddity * 4) == 0 ? 2 : 1; times > 0; times--)
            {
                Append(text, first ? "\"" : _comma + "\"");
                Append(text, random.Next(oddity * 8) == 0 ? Escaped(member) : member);
                Append(text, "\"" + _colon);
                AppendValue(text, member, random, oddity);
                first = false;
            }
        }

        Append(text, _close);
        return [.. text];
    }

    private void AppendValue(List<byte> text, string member, Random random, int oddity)
    {
        var odd = random.Next(oddity) == 0;
        if (odd && random.Next(4) == 0)
        {
            Append(text, Values[random.Next(Values.Length)]);
        }
        else if (member is "ts" || Numbers.Contains(member))
        {
            Append(text, odd ? OddNumber(random) : member == "ts" ? $"15116544{random.Next(100_000):D5}" : Number(random));
        }
        else if (Flags.Contains(member))
        {
            Append(text, odd ? "null" : random.Next(2) == 0 ? "true" : "false");
        }
        else if (Others.Contains(member) && member is not ("device" or "app"))
        {
            Append(text, Values[(member.Length + (odd ? random.Next(Values.Length) : 0)) % Values.Length]);
        }
        else
        {
            text.Add((byte)'"');
            AppendText(text, member == "type" ? _type : null, random, odd);
            text.Add((byte)'"');
        }
    }

    private static void AppendText(List<byte> text, string? usual, Random random, bool odd)
    {
        if (!odd)
        {
            Append(text, usual ?? new string((char)('a' + random.Next(26)), 1 + random.Next(24)));
            return;
        }

        switch (random.Next(8))
        {
            case 0:
                Append(text, "中文😀é"[..random.Next(3)]);
                break;
            case 1:
                Append(text, "a\\\"b\\u4e2d\\\\");
                break;
            case 2:
                text.AddRange([(byte)'a', (byte)random.Next(128, 256), (byte)random.Next(128, 256)]);
                break;
            case 3:
                text.Add((byte)random.Next(0x20));
                break;
            case 4:
                Append(text, new string('x', random.Next(2100)));
                break;
            case 5:
                Append(text, EventTypes.Names[random.Next(EventTypes.Count)]);
                break;
            case 6:
                Append(text, new string('x', 62 + random.Next(70)));
                break;
        }
    }

    private static string Number(Random random) => (random.NextInt64(1, 1L << random.Next(1, 37)) % 100_000_000_000).ToString();

    private static string OddNumber(Random random) => random.Next(8) switch
    {
        0 => "0",
        1 => "00012",
        2 => "-" + Number(random),
        3 => Number(random) + ".5",
        4 => "253402300799999",
        5 => "1234567890123456",
        6 => "99999999999999999999",
        _ => "1" + (char)random.Next(0x20, 0x7f) + "2",
    };

    private static string Escaped(string name) => name.Length == 0 ? name : $"\\u{(int)name[0]:x4}{name[1..]}";

    private static void Append(List<byte> text, string more) => text.AddRange(Encoding.UTF8.GetBytes(more));

    private void AddSome(string[] names, Random random, int oneIn) => _members.AddRange(names.Where(_ => random.Next(oneIn) == 0));
}
