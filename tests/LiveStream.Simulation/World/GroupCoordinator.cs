namespace LiveStream.Simulation.World;

/// <summary>What a member is told when it asks: groups that it must give up, and groups that are its own from now on.</summary>
/// <param name="Lost">Given to somebody else already, since it was away for too long.</param>
/// <param name="Revoked">To be given up, and the coordinator to be told.</param>
/// <param name="Assigned">New.</param>
internal readonly record struct GroupNews(IReadOnlyList<int> Lost, IReadOnlyList<int> Revoked, IReadOnlyList<int> Assigned);

/// <summary>
/// Kafka's group coordinator as far as partition groups go: shares them out in ranges over the members that have been heard of within the
/// session timeout; a member that comes back under its name in time finds its groups unmoved. A group moves when its owner has given it
/// up, or was not heard of.
/// </summary>
internal sealed class GroupCoordinator(int groups, int sessionTimeoutMs)
{
    private readonly SortedDictionary<int, Member> _members = [];
    private readonly int?[] _owners = new int?[groups];

    /// <summary>The member that owns a group now.</summary>
    public int? OwnerOf(int group) => _owners[group];

    /// <summary>A process joins under its member's name; what the name owns is assigned to it anew.</summary>
    public void Join(int member, long nowMs) => _members[member] = new Member { HeardMs = nowMs };

    /// <summary>A member leaves: its groups are free.</summary>
    public void Leave(int member)
    {
        _members.Remove(member);
        Free(member);
    }

    /// <summary>A member has given a group up.</summary>
    public void GaveUp(int member, int group)
    {
        if (_owners[group] == member)
        {
            _owners[group] = null;
        }

        if (_members.TryGetValue(member, out var known))
        {
            known.Held.Remove(group);
        }
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
        Share();
        var mine = Enumerable.Range(0, groups).Where(group => _owners[group] == member).ToList();
        var news = new GroupNews(
            [.. known.Held.Except(mine)],
            [.. mine.Where(group => known.Held.Contains(group) && TargetOf(group) != member)],
            [.. mine.Except(known.Held)]);
        known.Held = [.. mine];
        return news;
    }

    private void Expire(long nowMs)
    {
        foreach (var member in _members.Where(member => nowMs - member.Value.HeardMs > sessionTimeoutMs).Select(member => member.Key).ToList())
        {
            Leave(member);
        }
    }

    private void Free(int member)
    {
        for (var group = 0; group < groups; group++)
        {
            GaveUp(member, group);
        }
    }

    private void Share()
    {
        for (var group = 0; group < groups; group++)
        {
            _owners[group] ??= TargetOf(group);
        }
    }

    private int TargetOf(int group) => _members.Keys.ElementAt(group * _members.Count / groups);

    private sealed class Member
    {
        public long HeardMs { get; set; }

        public HashSet<int> Held { get; set; } = [];
    }
}
