using System.Net;
using System.Net.Sockets;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.Rtsp;
using Linnet.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports;

public class ConnectionGateTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_room_connections_are_closed_at_once_and_with_room_they_are_let_in_again()
    {
        int room = -1;
        var logger = new RecordingLogger();
        var gate = new ConnectionGate(_ => Volatile.Read(ref room), TimeProvider.System, logger);
        using Socket listener = Listen();
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);

        for (int i = 0; i < 10; i++)
        {
            await RefuseAsync(listener, "127.0.0.1", () => accepting.IsCompleted);
        }

        // The last may be counted only after its other end has seen it.
        await Until.TrueAsync(() => gate.Refused == 10);
        Assert.Equal(0, gate.Count);
        Assert.StartsWith("526 ", Assert.Single(logger.Lines), StringComparison.Ordinal);

        Volatile.Write(ref room, 5);
        using Socket client = await ConnectAsync(listener);
        using (AcceptedConnection? connection = await accepting)
        {
            Assert.Equal(client.LocalEndPoint, connection!.Socket.RemoteEndPoint);
            Assert.Equal(1, gate.Count);
        }

        Assert.Equal(0, gate.Count);
    }

    [Fact]
    public async Task An_address_gets_three_quarters_of_the_room_and_another_still_gets_in()
    {
        int open = 0;
        var logger = new RecordingLogger();
        var gate = new ConnectionGate(_ => 19 - open, TimeProvider.System, logger);
        using Socket listener = Listen();
        var all = new List<IDisposable>();
        try
        {
            for (int i = 0; i < 15; i++)
            {
                all.Add(await ConnectAsync(listener, "127.0.0.2"));
                all.Add((await gate.AcceptAsync(listener, HangLimit))!);
                open++;
            }

            ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);
            await RefuseAsync(listener, "127.0.0.2", () => accepting.IsCompleted);

            using Socket other = await ConnectAsync(listener, "127.0.0.3");
            using AcceptedConnection? connection = await accepting;
            Assert.Equal(other.LocalEndPoint, connection!.Socket.RemoteEndPoint);
            Assert.StartsWith("529 127.0.0.2 has 15 connections open, three quarters of all", Assert.Single(logger.Lines), StringComparison.Ordinal);
        }
        finally
        {
            all.ForEach(static one => one.Dispose());
        }
    }

    [Fact]
    public async Task Accepting_goes_on_after_errors_of_any_kind()
    {
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        var gate = new ConnectionGate(time, logger);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(HangLimit);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        // It does not listen yet: accepting fails, and not as a network does.
        Task<AcceptedConnection?> accepting = Task.Run(() => gate.AcceptAsync(listener, stop.Token).AsTask(), HangLimit);
        try
        {
            for (int failures = 1; failures <= 3; failures++)
            {
                // Between two failures it rests: else they would come by the thousand.
                await Until.TrueAsync(() => Passes(gate.Failed >= failures));
                Assert.Equal(failures, gate.Failed);
            }

            listener.Listen(1);
            using Socket client = await ConnectAsync(listener);
            await Until.TrueAsync(() => Passes(accepting.IsCompleted));

            using AcceptedConnection? connection = await accepting;
            Assert.Equal(client.LocalEndPoint, connection!.Socket.RemoteEndPoint);
            Assert.StartsWith("527 ", Assert.Single(logger.Lines), StringComparison.Ordinal);
        }
        finally
        {
            await stop.CancelAsync();
        }

        bool Passes(bool condition)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            return condition || accepting.IsCompleted;
        }
    }

    [Fact]
    public async Task A_listening_socket_that_is_closed_ends_the_accepting()
    {
        var gate = new ConnectionGate(TimeProvider.System);
        Socket listener = Listen();
        Task<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit).AsTask();

        listener.Dispose();
        await Until.TrueAsync(() => accepting.IsCompleted || gate.Failed > 0);

        Assert.Equal(0, gate.Failed);
        Assert.Null(await accepting);
    }

    [Theory]
    [InlineData(256, 193, 39)]
    [InlineData(256, 232, 0)]
    [InlineData(256, 250, 0)]
    [InlineData(1024, 200, 776)]
    [InlineData(1_048_576, 200, 1_048_120)]
    public void The_last_files_that_may_be_opened_are_kept_back(int limit, int open, int room) =>
        Assert.Equal(room, new OpenFileReserve(() => limit).RoomFor(open));

    [Fact]
    public void A_sockets_number_tells_how_many_more_there_may_be()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        int number = (int)socket.SafeHandle.DangerousGetHandle();

        Assert.Equal(0, new OpenFileReserve(() => number + 17 + ((number + 17) / 32)).RoomBehind(socket), 2.0);
        Assert.Equal(int.MaxValue, new OpenFileReserve(static () => null).RoomBehind(socket));
        Assert.InRange(new OpenFileReserve(static () => 32).RoomBehind(socket), int.MinValue, -1);
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(100);
        return listener;
    }

    private static async Task<Socket> ConnectAsync(Socket listener, string from = "127.0.0.1")
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(listener.LocalEndPoint!, HangLimit);
        return client;
    }

    // It may be reset before it has seen that it was connected.
    private static async Task RefuseAsync(Socket listener, string from, Func<bool> isAccepted)
    {
        using var over = new CancellationTokenSource();
        Task refused = Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket client = await ConnectAsync(listener, from);
            await client.ReceiveAsync(new byte[1], over.Token);
        });
        await Until.TrueAsync(() => refused.IsCompleted || isAccepted());
        await over.CancelAsync();
        await refused;
    }
}
