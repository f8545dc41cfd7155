using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.Simulation.World;

/// <summary>What a store does with what is asked of it.</summary>
internal enum StoreState
{
    /// <summary>It answers.</summary>
    Up,

    /// <summary>It answers, but takes no checkpoint and no epoch: a full disk.</summary>
    Full,

    /// <summary>Every call fails.</summary>
    Away,

    /// <summary>It answers when it goes on.</summary>
    Hung,
}

/// <summary>How a checkpoint is damaged.</summary>
internal enum Damage
{
    /// <summary>A bit is flipped.</summary>
    Bit,

    /// <summary>Its end is gone.</summary>
    Cut,

    /// <summary>It is of another version.</summary>
    Version,
}

/// <summary>
/// The durable facts of a world: what a folder or Redis keeps for the instances of a group, in memory. Processes reach it over a
/// <see cref="StoreLink"/>. Remembers whatever was ever durable, which is what offsets may be committed by.
/// </summary>
internal sealed class MemoryStore(VirtualTime time, Action<string> fail)
{
    private const int Kept = 2;
    private const int VersionAt = 8;

    private readonly Dictionary<int, long> _epochs = [];
    private readonly Dictionary<int, long> _latestEpochs = [];
    private readonly Dictionary<(int Group, long Epoch), object> _owners = [];
    private readonly Dictionary<int, SortedDictionary<CheckpointName, byte[]>> _checkpoints = [];
    private readonly Dictionary<(int Group, int Topic), long> _covered = [];
    private readonly Dictionary<int, (CheckpointName Name, long AtMs)> _written = [];
    private readonly Queue<Action> _waiting = new();

    /// <summary>What it does with what is asked of it.</summary>
    public StoreState State { get; private set; }

    /// <summary>Whether an epoch is given a second time: a fault that tests plant to see whether it is found.</summary>
    public bool KeepsEpochs { get; init; }

    /// <summary>Checkpoints that were made durable.</summary>
    public int Writes { get; private set; }

    /// <summary>Checkpoints that were read.</summary>
    public int Reads { get; private set; }

    /// <summary>The epoch of a group's last owner, also when the store has lost it since; 0 before the first.</summary>
    public long EpochOf(int group) => _latestEpochs.GetValueOrDefault(group);

    /// <summary>The last checkpoint of a group that was made durable, and when; null before the first.</summary>
    public (CheckpointName Name, long AtMs)? LastOf(int group) => _written.TryGetValue(group, out var last) ? last : null;

    /// <summary>Offset up to which a partition was ever covered by a durable checkpoint.</summary>
    public long CoveredUpTo(int group, int topic) => _covered.GetValueOrDefault((group, topic));

    /// <summary>Gets worse, or better: then what waited is done.</summary>
    public void Become(StoreState state)
    {
        State = state;
        while (State != StoreState.Hung && _waiting.TryDequeue(out var call))
        {
            call();
        }
    }

    /// <summary>Does what was asked, now or when it goes on.</summary>
    public void Call(Action call)
    {
        if (State == StoreState.Hung)
        {
            _waiting.Enqueue(call);
        }
        else
        {
            call();
        }
    }

    /// <summary>Loses everything.</summary>
    public void Lose()
    {
        _epochs.Clear();
        _checkpoints.Clear();
    }

    /// <summary>Damages the newest checkpoint of every group.</summary>
    public void Spoil(Damage damage, Random random)
    {
        foreach (var ofGroup in _checkpoints.OrderBy(group => group.Key).Select(group => group.Value).Where(all => all.Count > 0))
        {
            var newest = ofGroup.Keys.Max();
            byte[] content = [.. ofGroup[newest]];
            if (content.Length <= VersionAt)
            {
                // Cut before.
                continue;
            }

            switch (damage)
            {
                case Damage.Bit:
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case Damage.Cut:
                    content = content[..random.Next(content.Length)];
                    break;
                default:
                    content[VersionAt]++;
                    break;
            }

            ofGroup[newest] = content;
        }
    }

    public RaisedEpoch Raise(int group, object owner)
    {
        var before = Math.Max(_epochs.GetValueOrDefault(group), Of(group).Keys.Select(name => name.Epoch).DefaultIfEmpty(0).Max());
        var epoch = KeepsEpochs && before > 0 ? before : Math.Max(before + 1, time.NowMs);
        _epochs[group] = epoch;
        _latestEpochs[group] = epoch;
        _owners.TryAdd((group, epoch), owner);
        return new RaisedEpoch(epoch, before);
    }

    public IReadOnlyList<CheckpointName> List(int group) => [.. Of(group).Keys.Reverse()];

    public ReadOnlySequence<byte> Read(CheckpointName name)
    {
        Reads++;
        return Of(name.Group).TryGetValue(name, out var content)
            ? new ReadOnlySequence<byte>(content)
            : throw new FileNotFoundException($"There is no checkpoint {name}.");
    }

    public bool Write(CheckpointName name, byte[] content, object writer)
    {
        if (_epochs.GetValueOrDefault(name.Group) > name.Epoch)
        {
            return false;
        }

        if (_owners.TryGetValue((name.Group, name.Epoch), out var owner) && !ReferenceEquals(owner, writer))
        {
            fail($"checkpoint {name} was written by another instance than the one that its epoch was given to");
        }

        Writes++;
        Of(name.Group)[name] = content;
        _written[name.Group] = (name, time.NowMs);
        foreach (var older in Of(name.Group).Keys.Where(other => other <= name).Reverse().Skip(Kept).ToArray())
        {
            Of(name.Group).Remove(older);
        }

        var image = CheckpointFormat.Read(name, new ReadOnlySequence<byte>(content)).Image;
        for (var topic = 0; topic < image.Partitions.Count; topic++)
        {
            _covered[(name.Group, topic)] = Math.Max(CoveredUpTo(name.Group, topic), image.Partitions[topic].NextOffset);
        }

        return true;
    }

    public void SetAside(CheckpointName name) => Of(name.Group).Remove(name);

    private SortedDictionary<CheckpointName, byte[]> Of(int group) =>
        _checkpoints.TryGetValue(group, out var known) ? known : _checkpoints[group] = [];
}
