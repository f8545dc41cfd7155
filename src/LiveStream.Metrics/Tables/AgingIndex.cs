namespace LiveStream.Metrics.Tables;

/// <summary>
/// An index of keys that forgets the oldest when it is full: two generations, of which the older one is dropped whole when the younger
/// has half the cap. Owned by one lane's state.
/// </summary>
/// <param name="cap">Most keys ever held.</param>
public sealed class AgingIndex(int cap)
{
    private KeyIndex _young = new();
    private KeyIndex? _old;
    private long _next;

    /// <summary>Whether keys have been forgotten.</summary>
    public bool Forgot { get; private set; }

    /// <summary>Keys held.</summary>
    public int Count => _young.Count + (_old?.Count ?? 0);

    /// <summary>The number of a key; new keys are numbered upwards.</summary>
    public int GetOrAdd(ulong key, out bool added)
    {
        if (_old is not null)
        {
            var known = _old.Find(key);
            if (known >= 0)
            {
                added = false;
                return known;
            }
        }

        if (_young.Count >= Math.Max(1, cap / 2) && _young.Find(key) < 0)
        {
            Forgot |= _old is not null;
            _old = _young;
            _young = new KeyIndex();
        }

        var number = _young.GetOrAdd(key, (int)(_next % Math.Max(2, cap)), out added);
        if (added)
        {
            _next++;
        }

        return number;
    }
}
