using System.Runtime.CompilerServices;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Tables;

/// <summary>
/// Rows by key of which the oldest are forgotten when it is full: two generations, of which the older one is dropped whole when the younger
/// has half the cap. A row that is used again becomes young. Owned by one lane's state.
/// </summary>
/// <param name="cap">Most rows ever held.</param>
public sealed class AgingTable<TRow>(int cap)
    where TRow : unmanaged, IKeyed
{
    private readonly int _youngest = Math.Max(1, cap / 2);
    private KeyTable<TRow> _young = new();
    private KeyTable<TRow>? _old;

    /// <summary>Whether rows have been forgotten.</summary>
    public bool Forgot { get; private set; }

    /// <summary>Rows held.</summary>
    public int Count => _young.Count + (_old?.Count ?? 0);

    /// <summary>Brings the place of a row near.</summary>
    public void Prefetch(ulong key) => _young.Prefetch(key);

    /// <summary>The row of a key, added at first sight.</summary>
    public ref TRow GetOrAdd(ulong key, out bool added)
    {
        ref var row = ref _young.Find(key);
        added = Unsafe.IsNullRef(ref row);
        return ref added ? ref Renew(key, out added) : ref row;
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Forgot);
        writer.Write(_old is not null);
        _young.Save(writer);
        _old?.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        Forgot = reader.ReadBool();
        _old = reader.ReadBool() ? new KeyTable<TRow>() : null;
        _young.Restore(ref reader);
        _old?.Restore(ref reader);
    }

    private ref TRow Renew(ulong key, out bool added)
    {
        var known = default(TRow);
        added = true;
        if (_old is not null)
        {
            ref var row = ref _old.Find(key);
            if (!Unsafe.IsNullRef(ref row))
            {
                known = row;
                added = false;
            }
        }

        if (_young.Count >= _youngest)
        {
            Forgot |= _old is not null;
            _old = _young;
            _young = new KeyTable<TRow>();
        }

        ref var renewed = ref _young.Add(key);
        if (!added)
        {
            renewed = known;
        }

        return ref renewed;
    }
}
