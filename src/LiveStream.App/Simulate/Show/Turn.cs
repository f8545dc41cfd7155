using System.Text;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// A marker or a script revision of a show and what it does. It replaces the one of its kind before it.
/// Factors are relative to a room without one.
/// </summary>
internal sealed class Turn
{
    /// <summary>Every turn that a show may take; an event names one by its index.</summary>
    public static readonly Turn[] All =
    [
        new(EventType.Script, "script-story", "先讲面料的故事", new Factors(Barrage: 1.5, Click: 0.8)),
        new(EventType.Script, "script-pain", "痛点开场再上链接", new Factors(Click: 1.4)),
        new(EventType.Script, "script-urge", "限时催单", new Factors(Order: 1.3, Payment: 1.1)),
        new(EventType.Script, "script-plain", "普通讲解", Factors.Unchanged),
        new(EventType.Marker, "lucky-bag", "发福袋", new Factors(Like: 2, Barrage: 1.5, Lottery: 8)),
        new(EventType.Marker, "ads-up", "投流加大", new Factors(Arrival: 1.6)),
        new(EventType.Marker, "vote", "投票选颜色", new Factors(Vote: 10)),
        new(EventType.Marker, "calm", "恢复平常", Factors.Unchanged),
    ];

    private Turn(EventType kind, string label, string text, Factors factors)
    {
        Kind = kind;
        Label = Encoding.UTF8.GetBytes(label);
        Text = Encoding.UTF8.GetBytes(text);
        Factors = factors;
    }

    /// <summary>Script or marker.</summary>
    public EventType Kind { get; }

    public byte[] Label { get; }

    public byte[] Text { get; }

    public Factors Factors { get; }
}
