using System.Runtime.CompilerServices;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// The survival curve: of the users first active longer ago than k minutes, those seen again at least k minutes after. Told of each viewer event
/// in event-time order. Owned by one session.
/// </summary>
public sealed class Survival
{
    /// <summary>The longest threshold.</summary>
    public const int LongestMs = 30 * 60_000;

    private const int MinuteMs = 60_000;
    private const int Thresholds = 5;
    private const int RingSeconds = (LongestMs / 1000) + 1;

    private static readonly int[] Minutes = [1, 3, 5, 10, 30];

    private readonly long[] _survived = new long[Thresholds];
    private readonly long[] _begun = new long[Thresholds];

    // Users first active in each second of the last half hour; grows with the session.
    private int[] _beginners = new int[128];
    private int _second;

    /// <summary>Begins a second, relative to the origin.</summary>
    public void Open(int second)
    {
        _second = second % RingSeconds;
        if (_second >= _beginners.Length)
        {
            Array.Resize(ref _beginners, Math.Min(RingSeconds, Math.Max(_beginners.Length * 2, _second + 1)));
        }

        _beginners[_second] = 0;
    }

    /// <summary>A user is active for the first time, in the open second.</summary>
    public void Begin() => _beginners[_second]++;

    /// <summary>A further viewer event of a user: counts the thresholds that he has passed since.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Observe(ref ViewerRow row, int atMs)
    {
        var sinceMs = atMs - row.FirstMs;
        if (sinceMs >= MinuteMs)
        {
            Pass(ref row, sinceMs);
        }
    }

    /// <summary>The users first active k minutes before the second are now old enough to be judged.</summary>
    public void Advance(int second)
    {
        for (var i = 0; i < Thresholds; i++)
        {
            var old = second - (Minutes[i] * 60);
            if (old < 0)
            {
                break;
            }

            _begun[i] += _beginners[old % RingSeconds];
        }
    }

    /// <summary>Fills the curve.</summary>
    public void Fill(SessionSnapshot snapshot)
    {
        for (var i = 0; i < Thresholds; i++)
        {
            snapshot.Survival[i] = new SurvivalFigures(Minutes[i], new Ratio(_survived[i], _begun[i]));
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.WritePacked<long>(_survived);
        writer.WritePacked<long>(_begun);
        writer.WritePacked<int>(_beginners);
        writer.Write(_second);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        reader.ReadPacked<long>(_survived);
        reader.ReadPacked<long>(_begun);
        _beginners = reader.ReadPacked<int>();
        _second = reader.ReadInt();
    }

    private void Pass(ref ViewerRow row, int sinceMs)
    {
        var level = row.SurvivalLevel;
        for (; level < Thresholds && sinceMs >= Minutes[level] * MinuteMs; level++)
        {
            _survived[level]++;
        }

        row.SurvivalLevel = level;
    }
}
