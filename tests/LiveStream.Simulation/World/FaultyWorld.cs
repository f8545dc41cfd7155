using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Simulation.World;

/// <summary>Carries out a planted fault: those of one record or snapshot once, well inside the world's life, the others always.</summary>
internal sealed class FaultyWorld(PlantedFault planted, int afterRecords, EngineOptions engine)
{
    private int _records;
    private bool _isDone;

    /// <summary>Whether settled writes pass the fence whatever is stored.</summary>
    public bool IsFenceless => planted == PlantedFault.IgnoreTheFence;

    /// <summary>Whether epochs are given again.</summary>
    public bool KeepsEpochs => planted == PlantedFault.KeepTheEpoch;

    /// <summary>Whether images count as durable before they are.</summary>
    public bool CommitsTooEarly => planted == PlantedFault.CommitTooEarly;

    /// <summary>Whether the sink that is made next falsifies a snapshot.</summary>
    public bool FalsifiesNext() => planted == PlantedFault.FalsifyOneSnapshot && Once(_records++ >= 0);

    /// <summary>How often a record is handed on: once, if all is well.</summary>
    public int TimesHandled() => planted switch
    {
        PlantedFault.DropOneRecord when Once(_records++ >= afterRecords) => 0,
        PlantedFault.HandleOneRecordTwice when Once(_records++ >= afterRecords) => 2,
        _ => 1,
    };

    /// <summary>What is restored when this was found.</summary>
    public GroupImage Restored(GroupImage image) => planted switch
    {
        PlantedFault.LoseOneRoom => Rewritten(image, keepsFirst: false, keepsPending: true),
        PlantedFault.LosePendingEvents => Rewritten(image, keepsFirst: true, keepsPending: false),
        PlantedFault.ReadOneRecordAgain => Moved(image, -1),
        PlantedFault.SkipOneRecord => Moved(image, 1),
        _ => image,
    };

    private static GroupImage Moved(GroupImage image, int by)
    {
        var at = image.Partitions[0];
        return at.NextOffset + by < 0 ? image : image with { Partitions = [at with { NextOffset = at.NextOffset + by }, .. image.Partitions.Skip(1)] };
    }

    /// <summary>An image with something left out; as it is when it has a part of a wide room.</summary>
    private GroupImage Rewritten(GroupImage image, bool keepsFirst, bool keepsPending)
    {
        if (WideImage.RoomsOf(image).Count > 0)
        {
            return image;
        }

        var names = new NameTable();
        var caps = new SessionCaps(int.MaxValue, int.MaxValue);
        var writer = new StateWriter(names);
        var isKept = keepsFirst;
        foreach (var section in image.Sections)
        {
            for (var reader = new StateReader(section, names); !reader.End; isKept = true)
            {
                reader.BeginRoom(out var name, out _, out _);
                var room = new RoomEntry(new Room(engine, names, caps, names.Intern(name)));
                room.Restore(ref reader);
                while (!keepsPending && room.Slices.Count > 0)
                {
                    room.TakeOldest();
                }

                if (isKept)
                {
                    room.MarkForSaving();
                    room.Save(writer);
                }
            }
        }

        return image with { Sections = [writer.Complete()] };
    }

    private bool Once(bool now)
    {
        var does = now && !_isDone;
        _isDone |= does;
        return does;
    }
}
