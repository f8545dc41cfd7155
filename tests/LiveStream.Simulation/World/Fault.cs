namespace LiveStream.Simulation.World;

/// <summary>What goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>kill -9; it is started again after a while.</summary>
    Kill,

    /// <summary>kill -9 within the next steps of what it does; it is started again after a while.</summary>
    KillSoon,

    /// <summary>SIGTERM; it is started again after a while.</summary>
    Stop,

    /// <summary>It stands still, and goes on as if nothing had been.</summary>
    Freeze,

    /// <summary>An instance does not read for a while, though it lives.</summary>
    StallReading,

    /// <summary>The brokers do not say where logs end for a while.</summary>
    HideEnds,

    /// <summary>Redis dies and comes back empty.</summary>
    LoseRedis,

    /// <summary>Redis dies and comes back with its keys.</summary>
    RestartRedis,

    /// <summary>Redis stands still.</summary>
    HangRedis,

    /// <summary>All keys are deleted.</summary>
    FlushRedis,

    /// <summary>The checkpoint store takes nothing for a while.</summary>
    FillStore,

    /// <summary>The checkpoint store is not there for a while.</summary>
    RemoveStore,

    /// <summary>The checkpoint store stands still.</summary>
    HangStore,

    /// <summary>The newest checkpoints are damaged.</summary>
    FlipBit,

    /// <summary>The newest checkpoints lose their ends.</summary>
    CutCheckpoint,

    /// <summary>The newest checkpoints are of another version.</summary>
    ChangeVersion,

    /// <summary>The checkpoint store forgets everything.</summary>
    LoseStore,

    /// <summary>The log loses its oldest records, some of those too that an instance has yet to read.</summary>
    CutLog,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="AtMs">When, after the first record.</param>
/// <param name="Kind">What.</param>
/// <param name="Instance">To whom, where it matters.</param>
/// <param name="ForMs">For how long, where it matters.</param>
internal readonly record struct Fault(long AtMs, FaultKind Kind, int Instance, long ForMs);
