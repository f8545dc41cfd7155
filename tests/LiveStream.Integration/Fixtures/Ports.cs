using System.Net;
using System.Net.Sockets;

namespace LiveStream.Integration.Fixtures;

/// <summary>Ports of the loopback address that nobody listens on.</summary>
internal static class Ports
{
    /// <summary>A free port.</summary>
    public static int Free() => Free(1)[0];

    /// <summary>Several, all different.</summary>
    public static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Stop());
        }
    }
}
