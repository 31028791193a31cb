using System.Globalization;
using System.Text;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Wire.Rtp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Http.Pull;

/// <summary>What the end of a stream over HTTP means: the end of a programme, or a radio that may come back.</summary>
public sealed class HttpReceiverTests
{
    private const int Rate = 8000;
    private const int BurstSeconds = 6;

    // 8000 Hz, one channel, 16 bit, without a length: as much as Icecast sends at once at 80 kb/s.
    private static readonly string Burst =
        "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF"
            + new string('\x11', 2 * Rate * BurstSeconds);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("", 0, false, true)]
    [InlineData("", 3, false, false)]                           // a radio without a name
    [InlineData("length", 3, false, true)]
    [InlineData("Server: Linnet\r\nicy-name: Near\r\n", 3, false, false)]   // a server that was killed
    [InlineData("icy-name: Far\r\n", 0, false, false)]
    [InlineData("Server: Icecast 2.4.4\r\n", 0, false, false)]
    [InlineData("Server: Icecast 2.4.4\r\n", 0, true, false)]   // with a burst that the player has no room for
    [InlineData("", 3, true, true)]
    public async Task A_stream_in_real_time_is_over_only_if_that_is_certain(string headers, int seconds, bool isHeldBack, bool isOver)
    {
        headers = headers == "length" ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Burst.Length}\r\n") : headers;
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n{headers}\r\n{Burst}"), stop);
            await end.Task.WaitAsync(stop);
        });
        int bytes = 0;
        bool hasRoom = !isHeldBack;
        var sink = new RecordingSink(() => Volatile.Read(ref hasRoom))
        {
            Packet = (packet, _) => Interlocked.Add(ref bytes, packet.Length - RtpHeader.Length),
        };
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Uri address = server.Address("/live");
        await using HttpReceiver receiver = await HttpReceiver.ConnectAsync(
            new StreamSearch(address, _time, static _ => { }), new StationRequest(address), _time, new Random(1), cancelled);

        Task running = receiver.RunAsync(sink, cancelled);
        while (Volatile.Read(ref bytes) < Rate * BurstSeconds * sizeof(float))
        {
            Assert.False(running.IsCompleted, $"{running.Exception}");
            if (isHeldBack)
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
                Volatile.Write(ref hasRoom, true);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancelled);
        }

        _time.Advance(TimeSpan.FromSeconds(seconds));
        end.SetResult();

        if (isOver)
        {
            await running;
        }
        else
        {
            TransportException e = await Assert.ThrowsAnyAsync<TransportException>(() => running);
            Assert.Contains("closed the connection without signalling the end", e.Message, StringComparison.Ordinal);
        }
    }
}
