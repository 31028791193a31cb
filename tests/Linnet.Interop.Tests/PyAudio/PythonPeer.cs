using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.PyAudio;

/// <summary>Python programs that speak the tutorial's formats, written for these tests with the standard library only.</summary>
internal static class PythonPeer
{
    /// <summary>Starts a script; <c>python3</c> needs only its standard library.</summary>
    public static Tool Start(string script, params string[] arguments) =>
        Tool.Start("python3", [Path.Combine(AppContext.BaseDirectory, "PyAudio", script), .. arguments]);

    /// <summary>Starts a server, and returns its port.</summary>
    public static async Task<(Tool Tool, int Port)> ServeAsync(string script, params string[] arguments)
    {
        Tool tool = Start(script, arguments);
        string port = await tool.LineAsync("port ", TimeSpan.FromSeconds(30));
        return (tool, int.Parse(port, CultureInfo.InvariantCulture));
    }

    /// <summary>Returns a port that was free a moment ago, for TCP and for UDP.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                udp.Bind(tcp.LocalEndPoint!);
                return ((IPEndPoint)tcp.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                // Try another one.
            }
        }
    }
}
