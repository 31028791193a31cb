using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Load;

/// <summary>What the kernel holds for listeners of the real program that never read, by the kernel's own figures.</summary>
public class KernelMemoryTests
{
    // A quarter of 256 MiB, and the margin for what is known only late.
    private const long MostOfAddress = 80 << 20;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listeners_of_one_address_that_never_read_cannot_exceed_its_share_of_kernel_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string sound = Path.Combine(Path.GetTempPath(), $"linnet-{Guid.NewGuid():N}.wav");
        var listeners = new List<Socket>();
        try
        {
            // 576,000 bytes a second.
            File.WriteAllBytes(sound, PcmWav.Noise(96_000, channels: 2, bits: 24, seconds: 10));
            using RadioProcess server = await RadioProcess.StartAsync($"high={sound}");
            long most = 0;
            int refused = 0;
            for (int i = 0; i < 120; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                listeners.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port), HangLimit);
                await socket.SendAsync("GET /high.wav HTTP/1.0\r\n\r\n"u8.ToArray(), HangLimit);
                byte[] answer = new byte[12];
                await socket.ReceiveAsync(answer, HangLimit);
                refused += Encoding.ASCII.GetString(answer) == "HTTP/1.0 503" ? 1 : 0;
                most = Math.Max(most, Unsent(server.Port));
            }

            // All buffers are full by then; a listener that accepts nothing is dropped after 5 s.
            while (Unsent(server.Port) is > 0 and long now)
            {
                most = Math.Max(most, now);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, HangLimit);
            }

            Assert.InRange(most, 1, MostOfAddress);
            Assert.InRange(refused, 1, 119);
        }
        finally
        {
            listeners.ForEach(static socket => socket.Dispose());
            File.Delete(sound);
        }
    }

    /// <summary>Bytes that wait in the sockets of a port.</summary>
    private static long Unsent(int port)
    {
        string local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(local, StringComparison.Ordinal))
            .Sum(static fields => long.Parse(fields[4].AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
