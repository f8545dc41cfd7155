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
}
