using LiveStream.Pipeline.Recovery;

namespace LiveStream.Simulation.World;

/// <summary>
/// The way of images from lanes to store. Lanes are threads, and what they have written arrives on others: it is collected here and handed
/// over on the thread of the world, in the order of the groups, so that a world does the same every time.
/// </summary>
/// <param name="clock">Of the process.</param>
/// <param name="save">What saves an image.</param>
/// <param name="fail">Told when that throws.</param>
internal sealed class ArrivedImages(ProcessClock clock, Func<int, GroupImage, Task<bool>> save, Action<string> fail)
{
    private const int LookEveryMs = 5;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly List<Arrived> _arrived = [];
    private readonly List<(int Group, Task<GroupImage?> Saving)> _awaited = [];
    private readonly List<Arrived> _underWay = [];
    private IReadOnlyCollection<int> _blockedGroups = [];
    private int _wanted;

    /// <summary>An image arrives, on any thread.</summary>
    public Task<bool> SaveAsync(int group, GroupImage image)
    {
        var arrived = new Arrived(group, image);
        lock (_arrived)
        {
            _arrived.Add(arrived);
            Monitor.Pulse(_arrived);
            if (!_blockedGroups.Contains(group) || --_wanted > 0)
            {
                return arrived.Done.Task;
            }
        }

        // The thread of the world waits for this one.
        if (!HandOver(_blockedGroups.Contains))
        {
            clock.PassLimits();
        }

        return arrived.Done.Task;
    }

    /// <summary>An image was asked for.</summary>
    public void Expect(int group, Task<GroupImage?> saving) => _awaited.Add((group, saving));

    /// <summary>What the last image of a group is to complete: whoever completes it waits until it has.</summary>
    public void Remember(int group, Task<GroupImage?> saving)
    {
        if (_underWay.FindLast(one => one.Group == group) is { } last)
        {
            last.Saving = saving;
        }
    }

    /// <summary>Whether images are on their way from the lanes.</summary>
    public bool IsExpecting => _awaited.Count > 0;

    /// <summary>Waits for all images that were asked for, which the lanes have been told, and hands them over.</summary>
    public void HandOverAll()
    {
        if (_awaited.Count == 0)
        {
            return;
        }

        if (!HaveAllArrived())
        {
            fail("an image did not arrive");
        }

        foreach (var arrived in _arrived)
        {
            arrived.Saving = _awaited.Find(awaited => awaited.Group == arrived.Group).Saving;
        }

        _awaited.Clear();
        HandOver(static _ => true);
    }

    /// <summary>Saves groups while the reading thread waits; nothing else is expected.</summary>
    /// <param name="groups">Those of which another image is taken.</param>
    /// <param name="saveAll">Takes the images and waits for them.</param>
    public void Block(IReadOnlyCollection<int> groups, Action saveAll)
    {
        lock (_arrived)
        {
            _blockedGroups = groups;
            _wanted = groups.Count;
        }

        using var late = new Timer(
            _ =>
            {
                fail("an image did not arrive");
                clock.PassLimits();
            },
            null,
            Limit,
            Timeout.InfiniteTimeSpan);
        clock.Block(saveAll);
        lock (_arrived)
        {
            _blockedGroups = [];
        }
    }

    private bool HaveAllArrived()
    {
        var deadlineMs = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        lock (_arrived)
        {
            // Nothing is said of those that were cancelled.
            while (_arrived.Count + _awaited.Count(static awaited => awaited.Saving.IsCompleted) < _awaited.Count && Environment.TickCount64 < deadlineMs)
            {
                Monitor.Wait(_arrived, LookEveryMs);
            }

            return Environment.TickCount64 < deadlineMs;
        }
    }

    private bool HandOver(Func<int, bool> which)
    {
        Arrived[] all;
        lock (_arrived)
        {
            all = [.. _arrived.Where(one => which(one.Group)).OrderBy(static one => one.Group).ThenBy(static one => one.Image.Partitions.Sum(at => at.NextOffset)).ThenBy(static one => one.Image.SettledMs)];
            _arrived.RemoveAll(one => which(one.Group));
        }

        _underWay.AddRange(all);
        Array.ForEach(all, one => _ = SaveAsync(one));
        return Array.TrueForAll(all, static one => one.Done.Task.IsCompleted);
    }

    private async Task SaveAsync(Arrived arrived)
    {
        try
        {
            var isSaved = await save(arrived.Group, arrived.Image).ConfigureAwait(false);
            _underWay.Remove(arrived);
            arrived.Done.SetResult(isSaved);

            // The thread that brought the image may not have come to wait for it yet.
            if (arrived.Saving is { } saving && !saving.Wait(Limit))
            {
                fail("a saved image was not taken note of");
            }
        }
        catch (Exception error)
        {
            fail($"Saving threw {error}");
        }
    }

    private sealed class Arrived(int group, GroupImage image)
    {
        public int Group => group;

        public GroupImage Image => image;

        public TaskCompletionSource<bool> Done { get; } = new();

        public Task? Saving { get; set; }
    }
}
