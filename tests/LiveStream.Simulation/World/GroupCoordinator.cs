using Confluent.Kafka;

namespace LiveStream.Simulation.World;

/// <summary>What a member is told when it asks: groups that it must give up, and groups that are its own from now on.</summary>
/// <param name="Revoked">To be given up, and the coordinator to be told.</param>
/// <param name="Assigned">New; null = nothing was said about that.</param>
internal readonly record struct GroupNews(IReadOnlyList<int> Revoked, IReadOnlyList<int>? Assigned);

/// <summary>
/// Kafka's group coordinator as far as partition groups go: shares them out in ranges over the members that have been heard of within the
/// session timeout, and keeps the offsets that members commit. In the new protocol a group moves alone, when its owner has given it up or was
/// not heard of; in the classic one every change takes everything from everybody first. A member that comes back under its name in
/// time finds its groups unmoved.
/// </summary>
internal sealed class GroupCoordinator(int groups, int sessionTimeoutMs, bool isCooperative)
{
    private readonly SortedDictionary<int, Member> _members = [];
    private readonly int?[] _owners = new int?[groups];
    private readonly Dictionary<TopicPartition, long> _committed = [];
    private bool _isRebalancing;

    /// <summary>The offset that was committed last; null before the first.</summary>
    public long? Committed(TopicPartition partition) => _committed.TryGetValue(partition, out var offset) ? offset : null;

    /// <summary>A process joins under its member's name; what the name owns is assigned to it anew.</summary>
    public void Join(int member, long nowMs)
    {
        var isBack = _members.ContainsKey(member) && !_isRebalancing;
        _members[member] = new Member { HeardMs = nowMs };
        if (!isBack)
        {
            Rebalance();
        }
    }

    /// <summary>A member leaves: its groups are free.</summary>
    public void Leave(int member)
    {
        if (!_members.Remove(member))
        {
            return;
        }

        for (var group = 0; group < groups; group++)
        {
            GaveUp(member, group);
        }

        Rebalance();
    }

    /// <summary>A member has given a group up.</summary>
    public void GaveUp(int member, int group)
    {
        if (isCooperative && _owners[group] == member)
        {
            _owners[group] = null;
        }

        if (_members.TryGetValue(member, out var known))
        {
            known.Held.Remove(group);
        }
    }

    /// <summary>A member commits offsets, which is taken of members alone.</summary>
    public bool Commit(int member, IEnumerable<TopicPartitionOffset> offsets, long nowMs)
    {
        Expire(nowMs);
        if (!_members.ContainsKey(member))
        {
            return false;
        }

        foreach (var at in offsets)
        {
            _committed[at.TopicPartition] = at.Offset.Value;
        }

        return true;
    }

    /// <summary>A member asks. Null: it was thought dead, must give up all it holds and join again.</summary>
    public GroupNews? Hear(int member, long nowMs)
    {
        Expire(nowMs);
        if (!_members.TryGetValue(member, out var known))
        {
            return null;
        }

        known.HeardMs = nowMs;
        return isCooperative ? News(member, known) : ClassicNews(member, known);
    }

    private GroupNews News(int member, Member known)
    {
        for (var group = 0; group < groups; group++)
        {
            _owners[group] ??= TargetOf(group);
        }

        var mine = OwnedBy(member);
        var assigned = mine.Except(known.Held).ToList();
        var news = new GroupNews(
            [.. mine.Where(group => known.Held.Contains(group) && TargetOf(group) != member)],
            assigned.Count > 0 ? assigned : null);
        known.Held = [.. mine];
        return news;
    }

    private GroupNews ClassicNews(int member, Member known)
    {
        if (!_isRebalancing)
        {
            var isTold = known.IsTold;
            known.IsTold = true;
            known.Held = [.. OwnedBy(member)];
            return new GroupNews([], isTold ? null : [.. known.Held.Order()]);
        }

        List<int> revoked = [.. known.Held.Order()];
        known.Held.Clear();
        known.HasJoined = true;
        known.IsTold = false;
        if (_members.Values.All(other => other.HasJoined))
        {
            _isRebalancing = false;
            for (var group = 0; group < groups; group++)
            {
                _owners[group] = TargetOf(group);
            }
        }

        return new GroupNews(revoked, null);
    }

    private void Rebalance()
    {
        _isRebalancing = !isCooperative && _members.Count > 0;
        foreach (var member in _members.Values)
        {
            member.HasJoined = false;
        }
    }

    private void Expire(long nowMs)
    {
        foreach (var member in _members.Where(member => nowMs - member.Value.HeardMs > sessionTimeoutMs).Select(member => member.Key).ToList())
        {
            Leave(member);
        }
    }

    private List<int> OwnedBy(int member) => [.. Enumerable.Range(0, groups).Where(group => _owners[group] == member)];

    private int TargetOf(int group) => _members.Keys.ElementAt(group * _members.Count / groups);

    private sealed class Member
    {
        public long HeardMs { get; set; }

        /// <summary>Groups that it was told of and has not given up.</summary>
        public HashSet<int> Held { get; set; } = [];

        /// <summary>Classic: whether it has given up everything for the rebalance that is on.</summary>
        public bool HasJoined { get; set; }

        /// <summary>Classic: whether it was told what it owns.</summary>
        public bool IsTold { get; set; }
    }
}
