using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LiveStream.App.Tests.Telemetry;

/// <summary>Reads the instruments of one object as an exporter does, beside those of other tests in the same process.</summary>
internal sealed class MeterWatch : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _values = new(StringComparer.Ordinal);
    private int _makingThread;

    public MeterWatch()
    {
        // Meters of a name are the whole process's; instruments are published on the thread that makes them.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Environment.CurrentManagedThreadId == Volatile.Read(ref _makingThread))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _values[$"{instrument.Meter.Name}: {instrument.Name}"] = value);
        _listener.Start();
    }

    /// <summary>Makes the object whose instruments are read.</summary>
    public T Making<T>(Func<T> make)
    {
        Volatile.Write(ref _makingThread, Environment.CurrentManagedThreadId);
        var made = make();
        Volatile.Write(ref _makingThread, 0);
        return made;
    }

    /// <summary>What an instrument says now; null when there is none of this name.</summary>
    /// <param name="name">Meter and instrument, as in <c>LiveStream: livestream.events.read</c>.</param>
    public long? Read(string name)
    {
        _listener.RecordObservableInstruments();
        return _values.TryGetValue(name, out var value) ? value : null;
    }

    public void Dispose() => _listener.Dispose();
}
