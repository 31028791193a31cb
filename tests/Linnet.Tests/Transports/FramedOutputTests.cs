using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Transports.Rtsp;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public sealed class FramedOutputTests : IDisposable
{
    private readonly Socket _near =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = 4096 };
    private readonly Socket _far;

    public FramedOutputTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
        _far.ReceiveTimeout = (int)RtspTestServer.HangLimit.TotalMilliseconds;
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public async Task Answers_among_packets_to_a_slow_reader_cut_no_frame()
    {
        const int Packets = 3000;
        const int Answers = 500;
        var output = new FramedOutput(ConnectionOutput.ToSocket(_near));
        var packets = Task.Run(
            async () =>
            {
                for (int i = 0; i < Packets;)
                {
                    if (output.TrySend(Packet(i, 1 + (i * 37 % 3000)).InterleavedFrame, Channel(i)))
                    {
                        i++;
                    }
                    else
                    {
                        await Task.Yield();
                    }
                }
            },
            TestContext.Current.CancellationToken);
        var answers = Task.Run(
            async () =>
            {
                for (int i = 0; i < Answers; i++)
                {
                    output.Post(Answer(i));
                    await output.FlushAsync(TestContext.Current.CancellationToken);
                    await Task.Yield();
                }
            },
            TestContext.Current.CancellationToken);
        Task writing = Task.WhenAll(packets, answers).ContinueWith(
            async _ =>
            {
                await output.FlushAsync(TestContext.Current.CancellationToken);
                _near.Shutdown(SocketShutdown.Send);
            },
            TaskScheduler.Default).Unwrap();

        byte[] received = ReadToEnd();
        await writing;

        ReadOnlySpan<byte> rest = received;
        int packet = 0;
        int answer = 0;
        while (!rest.IsEmpty)
        {
            byte[] expected = rest[0] == '$' ? Packet(packet, 1 + (packet * 37 % 3000)).InterleavedFrame.ToArray() : Answer(answer);
            if (rest[0] == '$')
            {
                expected[1] = Channel(packet++);
            }
            else
            {
                answer++;
            }

            Assert.Equal(expected, rest[..Math.Min(rest.Length, expected.Length)].ToArray());
            rest = rest[expected.Length..];
        }

        Assert.Equal((Packets, Answers), (packet, answer));
    }

    [Theory]
    [InlineData(10, FramedOutput.MaxMessages)]
    [InlineData(4096, FramedOutput.MaxMessageBytes / 4096)]
    public void Unread_messages_break_the_connection_before_they_are_too_many_or_too_long(int length, int most)
    {
        var output = new FramedOutput(ConnectionOutput.ToSocket(_near));
        while (output.TryFlush())
        {
            output.TrySend(new byte[4096]);
        }

        for (int i = 0; i < most; i++)
        {
            output.Post(new byte[length]);
            Assert.False(output.IsBroken);
        }

        output.Post(new byte[length]);
        Assert.True(output.IsBroken);
    }

    [Fact]
    public void Messages_that_are_read_never_break_it()
    {
        var output = new FramedOutput(ConnectionOutput.ToSocket(_near));
        byte[] buffer = new byte[8192];
        for (int i = 0; i < 4 * FramedOutput.MaxMessages; i++)
        {
            output.Post(new byte[1024]);
            Assert.False(output.IsBroken);
            for (int received = 0; received < 1024;)
            {
                received += _far.Receive(buffer);
                output.TryFlush();
            }
        }
    }

    [Fact]
    public void Waiting_bytes_are_counted_and_a_packet_without_room_is_not_started()
    {
        var output = new FramedOutput(ConnectionOutput.ToSocket(_near));
        int taken = 0;
        while (output.TrySend(Packet(taken, 2000).InterleavedFrame, 0))
        {
            taken++;
        }

        Assert.InRange(output.UnsentBytes, 1, taken * 2016L);

        byte[] buffer = new byte[taken * 2016];
        int received = 0;
        while (received < buffer.Length)
        {
            received += _far.Receive(buffer.AsSpan(received));
            output.TryFlush();
        }

        for (int i = 0; i < taken; i++)
        {
            Assert.Equal(Packet(i, 2000).InterleavedFrame.ToArray(), buffer.AsSpan(i * 2016, 2016).ToArray());
        }

        Assert.True(output.TryFlush());
        Assert.False(output.IsBroken);
    }

    [Fact]
    public async Task A_broken_connection_accepts_no_data()
    {
        var output = new FramedOutput(ConnectionOutput.ToSocket(_near));
        _far.LingerState = new LingerOption(true, 0);
        _far.Close();

        while (output.TrySend(Packet(0, 100).InterleavedFrame, 0))
        {
        }

        Assert.True(output.IsBroken);
        Assert.False(output.TryFlush());
        output.Post(new byte[10]);
        await output.FlushAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Sending_allocates_nothing()
    {
        var output = new FramedOutput(ConnectionOutput.ToSocket(_near));
        ReadOnlyMemory<byte> packet = Packet(0, 100).InterleavedFrame;
        byte[] buffer = new byte[10_000];

        Assert.Equal(0, Allocations.Of(() =>
        {
            Assert.True(output.TrySend(packet, 0));
            Assert.True(output.TrySend(packet, 2));
            _far.Receive(buffer);
        }));
    }

    [Theory]
    [InlineData(1_411_200, 882, 360_000)]
    [InlineData(6_000, 960, KernelBuffer.Least)]
    public void The_kernel_holds_about_two_seconds(int bitRate, int frames, int about)
    {
        var info = new RenditionInfo("jazz", "pcm", new PayloadFormat("L16", 44_100, 2), frames, bitRate, Rings.Stream);

        Assert.InRange(FramedOutput.KernelBufferFor(info), about * 0.95, about * 1.05);
    }

    private byte[] ReadToEnd()
    {
        var received = new MemoryStream();
        byte[] buffer = new byte[1000];
        while (_far.Receive(buffer) is int length and > 0)
        {
            received.Write(buffer, 0, length);
        }

        return received.ToArray();
    }

    private static byte Channel(int number) => (byte)(number % 3);

    private static byte[] Answer(int number) =>
        Encoding.ASCII.GetBytes($"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nX: {new string('x', number * 17 % 300)}\r\n\r\n");

    private static PacketItem Packet(int number, int payloadLength)
    {
        byte[] payload = new byte[payloadLength];
        new Random(number).NextBytes(payload);
        return new PacketItem(new InterleavedFraming(Rings.Stream), number, number * 960L, 960, false, 0, payload);
    }
}
