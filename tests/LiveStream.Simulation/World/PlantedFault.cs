namespace LiveStream.Simulation.World;

/// <summary>A bug that a test puts into a world to see whether the world's checks find it.</summary>
public enum PlantedFault
{
    /// <summary>None.</summary>
    None,

    /// <summary>One record is never handed on.</summary>
    DropOneRecord,

    /// <summary>One record is handed on twice.</summary>
    HandleOneRecordTwice,

    /// <summary>One snapshot says something else than its lane found.</summary>
    FalsifyOneSnapshot,

    /// <summary>The store takes settled numbers that are older than what it has.</summary>
    IgnoreTheFence,

    /// <summary>An owner that takes a group over is given the epoch of the one before.</summary>
    KeepTheEpoch,

    /// <summary>Images that are restored lack a room.</summary>
    LoseOneRoom,

    /// <summary>Images that are restored lack the events that wait in them.</summary>
    LosePendingEvents,

    /// <summary>Images that are restored say that one record less was read than was.</summary>
    ReadOneRecordAgain,

    /// <summary>Images that are restored say that one record more was read than was.</summary>
    SkipOneRecord,

    /// <summary>Images count as durable as soon as they are taken.</summary>
    CommitTooEarly,
}
