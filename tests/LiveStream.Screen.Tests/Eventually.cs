namespace LiveStream.Screen.Tests;

/// <summary>Asks again until the answer is yes, at most ten seconds.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> question)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await question())
        {
            await pause.WaitForNextTickAsync(deadline.Token);
        }
    }
}
