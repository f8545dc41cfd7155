using System.Globalization;
using System.Text;

namespace LiveStream.Oracle;

/// <summary>
/// Makes the fields of one plausible event after the other, from few rooms, users and products, so that they collide.
/// A field is its name and its value as JSON; strings are quoted without escapes by <see cref="Quoted"/>.
/// </summary>
internal sealed class EventMaker
{
    private static readonly string[] ViewerTypes = ["barrage", "like", "heartbeat", "share", "follow", "gift", "lottery", "vote"];
    private static readonly string[] TradeTypes = ["order", "order", "payment", "payment", "payment", "refund", "cancel"];
    private static readonly string[] RoomTypes =
        ["list", "unlist", "explain_start", "explain_start", "explain_end", "stock", "stock", "marker", "script", "cost"];

    // In UTF-8 the emoji comes after the halfwidth mark, in UTF-16 before it.
    private static readonly string[] Users = ["u1", "u2", "u3", "u4", "u5", "u6", "用户7", "\uFF9Fu", "\U0001F600u"];
    private static readonly string[] Products = ["p1", "p2", "p3", "p10", "\uFF9Fp", "\U0001F600p", "p\"\\<&'\u0001\u2028"];
    private static readonly string[] Channels = ["feed", "search", "unknown", "\uFF9F", "\U0001F600", "zz"];
    private static readonly string[] Names = ["真丝衬衫", "B", "a", "\uFF9F", "\U0001F600\"\n"];
    private static readonly string[] Amounts = ["0", "1", "990", "9900", "9900", "123456789", "100000000000", "-0"];

    private readonly Random _random;
    private readonly string[] _rooms;
    private readonly string[] _users;
    private readonly string _endType;
    private readonly string[] _sessions;
    private readonly int _namedPercent;
    private List<(string Name, string Value)>? _last;
    private readonly List<List<(string Name, string Value)>> _trade = [];
    private readonly List<string> _startTimes = [];
    private readonly Dictionary<long, List<(string Name, string Value)>> _made = [];

    public EventMaker(Random random, string[]? rooms = null)
    {
        _random = random;
        _rooms = rooms ?? new[] { "r1", "\uFF9Fr", "\U0001F600r" }[..random.Next(1, 4)];
        _users = Users[random.Next(Users.Length)..];

        _sessions = new[] { "s1", "default", "s2" }[..random.Next(1, 4)];
        _namedPercent = random.Next(4) switch { 0 => 0, 1 => 100, _ => 50 };

        // Without an end, a session may grow a day old.
        _endType = random.Next(2) == 0 ? "marker" : "end";
    }

    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            quoted.Append(unit switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                < ' ' => "\\u" + ((int)unit).ToString("x4", CultureInfo.InvariantCulture),
                _ => unit.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    public List<(string Name, string Value)> Make(long ts)
    {
        if (_trade.Count > 0 && _random.Next(12) == 0)
        {
            return CopyOfTrade(ts);
        }

        if (_last is { } last && Chance(12))
        {
            return TwinOf(last);
        }

        var fields = _random.Next(100) switch
        {
            < 34 => Viewer(One(ViewerTypes)),
            < 42 => Viewer("enter"),
            < 48 => Viewer("leave"),
            < 68 => Viewer(One("click", "click", "impression", "cart")),
            < 86 => Trade(One(TradeTypes)),
            < 91 => OfRoom(One("start", "start", _endType), ts),
            _ => OfRoom(One(RoomTypes)),
        };
        fields.Add(("room", Quoted(One(_rooms))));
        fields.Add(("ts", Number(ts)));
        if (Chance(_namedPercent))
        {
            fields.Add(("session", Quoted(One([.. _sessions, .. _startTimes.TakeLast(1)]))));
        }

        Resemble(fields, ts);
        _made[ts] = fields;
        _last = fields;
        if (fields[0].Value is "\"payment\"" or "\"order\"" or "\"refund\"" or "\"cancel\"" && fields.Any(field => field.Name == "id"))
        {
            _trade.Add([.. fields]);
        }

        return fields;
    }

    /// <summary>An event of the same type, room and ts, mostly of the same session, user and product, with other optional fields.</summary>
    private List<(string Name, string Value)> TwinOf(List<(string Name, string Value)> last)
    {
        var type = last[0].Value.Trim('"');
        type = type.StartsWith("explain", StringComparison.Ordinal) ? One("explain_start", "explain_end", "end") : type;
        var twin = TradeTypes.Contains(type) ? Trade(type) : RoomTypes.Append("start").Append("end").Contains(type) ? OfRoom(type) : Viewer(type);
        for (var i = 0; i < twin.Count; i++)
        {
            if (twin[i].Name is "user" or "product" && Chance(60))
            {
                twin[i] = last.Append(twin[i]).First(field => field.Name == twin[i].Name);
            }
        }

        twin.AddRange(last.Where(field => field.Name is "room" or "ts" || (field.Name == "session" && Chance(80))));
        return twin;
    }

    /// <summary>
    /// Ties and borders mean something between events of one session, user or product: takes these from the event that
    /// lies at a telling distance before this one, if there is one.
    /// </summary>
    private void Resemble(List<(string Name, string Value)> fields, long ts)
    {
        var earlier = LogClock.Distances.Select(distance => _made.GetValueOrDefault(ts - distance)).FirstOrDefault(made => made is not null);
        if (earlier is null || Chance(30))
        {
            return;
        }

        fields.RemoveAll(field => field.Name is "session");
        fields.AddRange(earlier.Where(field => field.Name == "session"));
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields[i].Name;
            if (name == "room" || (name is "user" or "product" && Chance(70)))
            {
                fields[i] = earlier.Append(fields[i]).First(field => field.Name == name);
            }
        }
    }

    /// <summary>A trade event or an end that is moved to the bound, and an event at the bound, of a session nobody else names.</summary>
    public List<(string Name, string Value)>[] MakeMeetingAt(long boundTs)
    {
        (string, string)[] place = [("room", Quoted(One(_rooms))), ("session", Quoted($"meeting {boundTs}"))];
        List<(string, string)> moved = [.. Chance(80) ? Trade(One(TradeTypes)) : OfRoom(_endType), .. place];
        List<(string, string)> there = [.. Viewer(One("enter", "click", "leave", "like")), .. place];
        moved.Add(("ts", Number(Math.Max(1, boundTs - _random.Next(1, 5_000)))));
        there.Add(("ts", Number(boundTs)));
        return Chance(50) ? [moved, there] : [there, moved];
    }

    private List<(string Name, string Value)> Viewer(string type)
    {
        List<(string, string)> fields = [("type", Quoted(type)), ("user", Quoted(One(_users)))];
        if (type is "click" or "impression" or "cart" || Chance(10))
        {
            fields.Add(("product", Quoted(One(Products))));
        }

        Maybe(fields, 40, "count", One("1", "2", "10", "10000"));
        Maybe(fields, 20, "qty", One("1", "3", "1000000"));
        Maybe(fields, 40, "channel", Quoted(One(Channels)));
        Maybe(fields, 40, "newViewer", One("true", "false"));
        Maybe(fields, 20, "newBuyer", One("true", "false"));
        Maybe(fields, 20, "fan", One("true", "false"));
        Maybe(fields, type == "barrage" ? 80 : 5, "text", Quoted("好看 " + One(Names)));
        Maybe(fields, 5, "id", Quoted("i1"));
        return fields;
    }

    private List<(string Name, string Value)> Trade(string type)
    {
        List<(string, string)> fields =
            [("type", Quoted(type)), ("user", Quoted(One(_users))), ("order", Quoted("o" + _random.Next(1, 6)))];
        if (type is "payment" or "refund" || Chance(30))
        {
            fields.Add(("amount", One(Amounts)));
        }

        Maybe(fields, 80, "product", Quoted(One(Products)));
        Maybe(fields, 60, "qty", One("1", "2", "5", "1000000"));
        Maybe(fields, 50, "newBuyer", One("true", "false"));
        Maybe(fields, 60, "id", Quoted("i" + _random.Next(1, 5)));
        return fields;
    }

    private List<(string Name, string Value)> OfRoom(string type, long? startTs = null)
    {
        List<(string, string)> fields = [("type", Quoted(type))];
        if (type is "list" or "unlist" or "explain_start" or "explain_end" or "stock" || Chance(10))
        {
            fields.Add(("product", Quoted(One(Products))));
        }

        if (type == "stock" || Chance(10))
        {
            fields.Add(("stock", One("0", "1", "7", "100", "1000000000")));
        }

        if (type == "start" && startTs is { } ts)
        {
            _startTimes.Add(Number(ts));
        }

        Maybe(fields, 60, "name", Quoted(One(Names)));
        Maybe(fields, 20, "label", Quoted("v2"));
        Maybe(fields, 20, "amount", One(Amounts));
        Maybe(fields, 10, "user", Quoted(One(_users)));
        return fields;
    }

    /// <summary>An earlier trade event again, with some of its contents changed and an old, an equal or a new ts.</summary>
    private List<(string Name, string Value)> CopyOfTrade(long ts)
    {
        List<(string Name, string Value)> copy = [.. _trade[^_random.Next(1, Math.Min(_trade.Count, 6) + 1)]];
        var only = One("amount", "qty", "product", "order", "newBuyer", "all", "all");
        for (var i = 0; i < copy.Count; i++)
        {
            var isChanged = copy[i].Name == only || (only == "all" && Chance(40));
            copy[i] = copy[i].Name switch
            {
                "amount" when isChanged => ("amount", One(Amounts)),
                "qty" when isChanged => ("qty", One("1", "2", "1000000")),
                "product" when isChanged => ("product", Quoted(One(Products))),
                "order" when isChanged => ("order", Quoted("o" + _random.Next(1, 6))),
                "newBuyer" when isChanged => ("newBuyer", One("true", "false", "null")),
                "ts" when Chance(50) => ("ts", Number(ts)),
                _ => copy[i],
            };
        }

        return copy;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Maybe(List<(string, string)> fields, int percent, string name, string value)
    {
        if (Chance(percent))
        {
            fields.Add((name, value));
        }
    }

    private string One(params string[] choices) => choices[_random.Next(choices.Length)];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
