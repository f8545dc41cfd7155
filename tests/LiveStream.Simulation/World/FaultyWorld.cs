namespace LiveStream.Simulation.World;

/// <summary>Carries out a planted fault, once, at a record or snapshot well inside the world's life.</summary>
internal sealed class FaultyWorld(PlantedFault planted, int afterRecords)
{
    private int _records;
    private bool _isDone;

    /// <summary>Whether settled writes pass the fence whatever is stored.</summary>
    public bool IsFenceless => planted == PlantedFault.IgnoreTheFence;

    /// <summary>Whether the sink that is made next falsifies a snapshot.</summary>
    public bool FalsifiesNext() => planted == PlantedFault.FalsifyOneSnapshot && Once(_records++ >= 0);

    /// <summary>How often a record is handed on: once, if all is well.</summary>
    public int TimesHandled() => planted switch
    {
        PlantedFault.DropOneRecord when Once(_records++ >= afterRecords) => 0,
        PlantedFault.HandleOneRecordTwice when Once(_records++ >= afterRecords) => 2,
        _ => 1,
    };

    private bool Once(bool now)
    {
        var does = now && !_isDone;
        _isDone |= does;
        return does;
    }
}
