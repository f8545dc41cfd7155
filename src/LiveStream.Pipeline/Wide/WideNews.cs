namespace LiveStream.Pipeline.Wide;

/// <summary>What the intake tells all lanes of a wide room.</summary>
/// <param name="Room">Room id, UTF-8.</param>
/// <param name="Seconds">Seconds that are about to settle, in order.</param>
internal sealed record WideNews(byte[] Room, IReadOnlyList<WideSecond> Seconds);
