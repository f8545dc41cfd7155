namespace LiveStream.Metrics.Viewers;

/// <summary>
/// What is remembered of every viewer of a session, 24 bytes, in place in the table that finds him. Times are ms, seconds are whole, both
/// relative to the session's origin; a session lasts a day, so a time takes 27 bits.
/// </summary>
public struct ViewerRow : Tables.IKeyed
{
    private const uint InteractionMask = (1u << 18) - 1;
    private const uint InactiveBit = 1u << 31;
    private const uint TimeMask = (1u << 27) - 1;
    private const uint SideBit = 1u << 31;
    private const int LevelShift = 27;
    private const uint LevelMask = 7u << LevelShift;

    private uint _first;
    private uint _last;
    private uint _interaction;
    private uint _link;

    /// <summary>Pseudonym.</summary>
    public ulong Key { readonly get; set; }

    /// <summary>First activity.</summary>
    public readonly int FirstMs => (int)(_first & TimeMask);

    /// <summary>Latest activity.</summary>
    public int LastMs
    {
        readonly get => (int)(_last & TimeMask);
        set => _last = (_last & ~TimeMask) | (uint)value;
    }

    /// <summary>Thresholds of the survival curve that he has passed.</summary>
    public int SurvivalLevel
    {
        readonly get => (int)((_last & LevelMask) >> LevelShift);
        set => _last = (_last & ~LevelMask) | ((uint)value << LevelShift);
    }

    /// <summary>Second of the latest interaction, or <see cref="Windows.DistinctCells.Never"/>.</summary>
    public int InteractionSecond
    {
        readonly get => (_interaction & InteractionMask) == 0 ? Windows.DistinctCells.Never : (int)(_interaction & InteractionMask) - 1;
        set => _interaction = (_interaction & ~InteractionMask) | ((uint)value + 1);
    }

    /// <summary>Whether he has only left so far; such a viewer has a row only where a funnel asks for leaves.</summary>
    public bool IsInactive
    {
        readonly get => (_interaction & InactiveBit) != 0;
        set => _interaction = value ? _interaction | InactiveBit : _interaction & ~InactiveBit;
    }

    /// <summary>Whether he has a row of his own for products, trade and deeper funnel steps.</summary>
    public readonly bool HasSide => (_link & SideBit) != 0;

    /// <summary>Number of that row; only when <see cref="HasSide"/>.</summary>
    public int Side
    {
        readonly get => (int)(_link & ~SideBit);
        set => _link = (uint)value | SideBit;
    }

    /// <summary>Start of his latest chain in the watched funnel plus one, 0 = none; only when not <see cref="HasSide"/>.</summary>
    public int Head
    {
        readonly get => (int)_link;
        set => _link = (uint)value;
    }

    /// <summary>Whether all of these flags are set.</summary>
    public readonly bool Has(ViewerFlags flags) => (_first & (uint)flags) != 0;

    /// <summary>Sets flags.</summary>
    public void Set(ViewerFlags flags) => _first |= (uint)flags;

    /// <summary>Clears flags.</summary>
    public void Clear(ViewerFlags flags) => _first &= ~(uint)flags;

    /// <summary>His first activity.</summary>
    public void BeginActivity(int atMs)
    {
        _first = (uint)atMs;
        _last = (uint)atMs;
    }
}

/// <summary>Facts about a viewer, in the bits above his first time.</summary>
[Flags]
public enum ViewerFlags : uint
{
    None = 0,

    /// <summary>He left: his latest visit was closed by a leave, or by a silence that has been counted.</summary>
    Left = 1u << 27,

    /// <summary>Started two visits or more.</summary>
    Returned = 1u << 28,

    /// <summary>An enter said whether the viewer is new.</summary>
    NewViewerKnown = 1u << 29,

    /// <summary>An enter named the channel.</summary>
    ChannelKnown = 1u << 30,

    /// <summary>A payment said whether the buyer is new.</summary>
    NewBuyerKnown = 1u << 31,
}
