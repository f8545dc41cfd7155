using System.Numerics;
using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// Which viewers may have several events in a run of events of one time, so that the run is searched for those alone: in a busy room hundreds of
/// events share a millisecond, and looking through them for each event would cost their square. A Bloom filter of one hash (Bloom 1970) that
/// counts to two, for one run at a time. Owned by one lane.
/// </summary>
public sealed class TwinFilter
{
    // A shorter run is searched at once.
    private const int ShortRun = 4;
    private const int BitsPerEvent = 16;
    private const int WordBits = 64;

    private ulong[] _once = new ulong[2];
    private ulong[] _twice = new ulong[2];
    private int _shift;
    private int _from;
    private int _to;
    private bool _isShort;

    /// <summary>Forgets the run: the events are others.</summary>
    public void Forget() => (_from, _to) = (0, 0);

    /// <summary>Whether the viewer of an event may have another one at its time. Events are by time.</summary>
    public bool MayHave(ReadOnlySpan<RoomEvent> events, int index)
    {
        if (index < _from || index >= _to)
        {
            Begin(events, index);
        }

        if (_isShort)
        {
            return true;
        }

        var bit = BitOf(events[index].Viewer);
        return (_twice[bit / WordBits] >> (bit % WordBits) & 1) != 0;
    }

    private void Begin(ReadOnlySpan<RoomEvent> events, int index)
    {
        var timeMs = events[index].TimeMs;
        (_from, _to) = (index, index + 1);
        while (_from > 0 && events[_from - 1].TimeMs == timeMs)
        {
            _from--;
        }

        while (_to < events.Length && events[_to].TimeMs == timeMs)
        {
            _to++;
        }

        _isShort = _to - _from <= ShortRun;
        if (!_isShort)
        {
            Fill(events[_from.._to]);
        }
    }

    private void Fill(ReadOnlySpan<RoomEvent> run)
    {
        var bits = (int)BitOperations.RoundUpToPowerOf2((uint)(run.Length * BitsPerEvent));
        _shift = WordBits - BitOperations.Log2((uint)bits);
        var words = bits / WordBits;
        if (words > _once.Length)
        {
            (_once, _twice) = (new ulong[words], new ulong[words]);
        }

        _once.AsSpan(0, words).Clear();
        _twice.AsSpan(0, words).Clear();
        foreach (ref readonly var e in run)
        {
            var at = BitOf(e.Viewer);
            var bit = 1UL << (at % WordBits);
            _twice[at / WordBits] |= _once[at / WordBits] & bit;
            _once[at / WordBits] |= bit;
        }
    }

    private int BitOf(ulong viewer) => (int)((viewer * 0x9E37_79B9_7F4A_7C15) >> _shift);
}
