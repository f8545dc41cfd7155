using LiveStream.Pipeline.Recovery;

namespace LiveStream.App.Recovery;

/// <summary>The state of a partition group as it is kept: its image and what must be known to use it. Immutable.</summary>
/// <param name="Name">Which one it is.</param>
/// <param name="Configuration">Hash of everything that shapes the numbers: <see cref="StateConfiguration"/>.</param>
/// <param name="TakenAt">When the barrier had been passed, by the wall clock.</param>
/// <param name="Topics">Names of the topics, in the order of the image's partitions.</param>
/// <param name="Image">The state.</param>
internal sealed record Checkpoint(CheckpointName Name, string Configuration, DateTimeOffset TakenAt, IReadOnlyList<string> Topics, GroupImage Image);
