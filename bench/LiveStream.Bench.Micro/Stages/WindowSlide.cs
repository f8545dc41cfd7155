using BenchmarkDotNet.Attributes;
using LiveStream.Metrics.Windows;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// What every second of every room costs however little happens: the sums and distinct counts of the default windows, each slid at its hop. One
/// member of each distinct count is seen in each second. Per second of a room.
/// </summary>
public class WindowSlide
{
    private const int Seconds = 600;
    private const int Members = 1000;

    private readonly WindowSpec[] _windows = [new(1), new(5), new(10)];
    private readonly long[] _values = new long[Column.Funnels + 8];
    private WindowSums _sums = null!;
    private DistinctCells _cells = null!;
    private int _second;

    /// <summary>Fills the windows.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _sums = new WindowSums(_windows);
        _cells = new DistinctCells(_windows, Column.Sums, _values.Length - Column.Sums, 0, 0);
        Slide();
        Slide();
    }

    /// <summary>Ten minutes.</summary>
    [Benchmark(OperationsPerInvoke = Seconds)]
    public void Slide()
    {
        for (var i = 0; i < Seconds; i++, _second++)
        {
            _cells.Open(_second);
            _sums.Totals[Column.Entries]++;
            for (var column = Column.Sums; column < _values.Length; column++)
            {
                _cells.Arrive(column, _second < Members ? DistinctCells.Never : _second - Members);
            }

            for (var w = 0; w < _windows.Length; w++)
            {
                if (_windows[w].SlidesAt(_second + 1))
                {
                    _sums.Slide(w, _second + 1, _values);
                    _cells.Slide(w, _values);
                }
            }
        }

        // The longest window slid last: it has one entry and one member in each of its seconds.
        if (_values[Column.Entries] != Seconds || _values[Column.Viewers] != Seconds || _values[^1] != Seconds)
        {
            throw new InvalidOperationException($"{_values[Column.Entries]} entries and {_values[Column.Viewers]} viewers, not {Seconds}.");
        }
    }
}
