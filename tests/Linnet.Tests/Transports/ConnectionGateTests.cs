using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports;

public class ConnectionGateTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_are_closed_at_once_without_room_and_accepted_again_with_room()
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

        // The last refusal may be counted only after the client has seen it.
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
            Assert.StartsWith(
                "529 127.0.0.2 has 15 connections open, three quarters of the room", Assert.Single(logger.Lines), StringComparison.Ordinal);
        }
        finally
        {
            all.ForEach(static one => one.Dispose());
        }
    }

    [Fact]
    public async Task Without_room_the_connection_that_waited_longest_is_closed_after_a_second()
    {
        int room = 1;
        var time = new ManualTime();
        var logger = new RecordingLogger();
        var waiting = new WaitingRoom(100, 100, time);
        var gate = new ConnectionGate(_ => Volatile.Read(ref room), time, logger);
        gate.Watch(waiting);
        using Socket listener = Listen();
        using Socket idle = await ConnectAsync(listener, "127.0.0.2");
        using AcceptedConnection? first = await gate.AcceptAsync(listener, HangLimit);
        using WaitingRoom.Place? place = waiting.TryEnter(PeerAddress.Of(IPAddress.Parse("127.0.0.2")), () =>
        {
            first!.Dispose();
            Volatile.Write(ref room, 0);
        });
        Volatile.Write(ref room, -1);

        // The new connection is held, not refused, until the waiting one is a second old.
        using Socket other = await ConnectAsync(listener, "127.0.0.3");
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);
        await time.FireAsync(TimeSpan.FromSeconds(1));
        using AcceptedConnection? second = await accepting;

        Assert.Equal(other.LocalEndPoint, second!.Socket.RemoteEndPoint);
        Assert.Equal(0, await idle.ReceiveAsync(new byte[1], HangLimit));
        Assert.Equal((1, 0, 1), (gate.Count, gate.Refused, waiting.GaveWay));
        Assert.StartsWith("714 ", Assert.Single(logger.Lines), StringComparison.Ordinal);

        // No connection is waiting any more: a new one is refused at once.
        Volatile.Write(ref room, -1);
        accepting = gate.AcceptAsync(listener, HangLimit);
        await RefuseAsync(listener, "127.0.0.4", () => accepting.IsCompleted);
        await Until.TrueAsync(() => gate.Refused == 1);
    }

    [Fact]
    public async Task The_longest_waiting_connection_of_all_waiting_rooms_is_closed()
    {
        int room = -1;
        var time = new ManualTime();
        var ended = new List<string>();
        WaitingRoom[] rooms = [new(100, 100, time), new(100, 100, time), new(100, 100, time)];
        var gate = new ConnectionGate(_ => Volatile.Read(ref room), time);
        Array.ForEach(rooms, gate.Watch);
        await EnterAsync(1, "second");
        await EnterAsync(0, "third");
        await EnterAsync(2, "fourth");
        await EnterAsync(1, "fifth");
        using Socket listener = Listen();
        using Socket client = await ConnectAsync(listener, "127.0.0.3");

        // Counted from the arrival of the second it waits 600 ms; counted from the others it would be longer.
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);
        await time.FireAsync(TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(1));
        using AcceptedConnection? connection = await accepting;

        Assert.Equal(["second"], ended);
        Assert.Equal((0, 1, 0), (rooms[0].GaveWay, rooms[1].GaveWay, rooms[2].GaveWay));

        async Task EnterAsync(int number, string name)
        {
            rooms[number].TryEnter(PeerAddress.Of(IPAddress.Parse("127.0.0.2")), () =>
            {
                ended.Add(name);
                Volatile.Write(ref room, 0);
            });
            await PassAsync(time, TimeSpan.FromMilliseconds(100));
        }
    }

    [Fact]
    public async Task An_address_with_its_full_share_displaces_only_its_own_connections_and_delays_no_other()
    {
        int open = 0;
        var time = new ManualTime();
        var waiting = new WaitingRoom(100, 100, time);
        var gate = new ConnectionGate(_ => 3 - Volatile.Read(ref open), time);
        gate.Watch(waiting);
        using Socket listener = Listen();
        var all = new List<IDisposable>();
        var ended = new List<int>();

        // A connection of another address has waited longer.
        waiting.TryEnter(PeerAddress.Of(IPAddress.Parse("127.0.0.9")), () => ended.Add(-1));
        try
        {
            for (int i = 0; i < 3; i++)
            {
                int number = i;
                all.Add(await ConnectAsync(listener, "127.0.0.2"));
                AcceptedConnection connection = (await gate.AcceptAsync(listener, HangLimit))!;
                all.Add(connection);
                open++;
                waiting.TryEnter(PeerAddress.Of(IPAddress.Parse("127.0.0.2")), () =>
                {
                    ended.Add(number);
                    connection.Dispose();
                    open--;
                });
            }

            // Its own connections have not waited long enough: it is refused, and the next client is accepted at once.
            using Socket refused = await ConnectAsync(listener, "127.0.0.2");
            using Socket other = await ConnectAsync(listener, "127.0.0.3");
            using (AcceptedConnection? let = await gate.AcceptAsync(listener, HangLimit))
            {
                Assert.Equal(other.LocalEndPoint, let!.Socket.RemoteEndPoint);
                Assert.Equal((1, 0), (gate.Refused, waiting.GaveWay));
            }

            await PassAsync(time, TimeSpan.FromSeconds(1));

            using Socket later = await ConnectAsync(listener, "127.0.0.2");
            using AcceptedConnection? last = await gate.AcceptAsync(listener, HangLimit);
            Assert.Equal(later.LocalEndPoint, last!.Socket.RemoteEndPoint);
            Assert.Equal([0], ended);
        }
        finally
        {
            all.ForEach(static one => one.Dispose());
        }
    }

    [Fact]
    public async Task A_connection_that_takes_a_freed_place_moves_out_of_the_reserve()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        using Socket listener = Listen();
        var low = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nint number = low.SafeHandle.DangerousGetHandle();
        using Socket client = await ConnectAsync(listener);

        // Descriptors from the first socket's number on are in the reserve.
        var time = new ManualTime();
        var waiting = new WaitingRoom(100, 100, time);
        var gate = new ConnectionGate(socket => (int)(number - socket.SafeHandle.DangerousGetHandle()), time);
        gate.Watch(waiting);
        waiting.TryEnter(PeerAddress.Of(IPAddress.Loopback), low.Dispose);
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);
        await time.FireAsync(TimeSpan.FromSeconds(1));
        while (!accepting.IsCompleted)
        {
            // Other tests open and close descriptors, too: retry until a low one is free.
            await (await Task.WhenAny(accepting.AsTask(), time.FireAsync(TimeSpan.FromMilliseconds(2))));
        }

        using AcceptedConnection? connection = await accepting;
        Assert.InRange(connection!.Socket.SafeHandle.DangerousGetHandle(), 0, number);
        Assert.Equal(client.LocalEndPoint, connection.Socket.RemoteEndPoint);
        await client.SendAsync(new byte[] { 7 }, HangLimit);
        Assert.Equal(1, await connection.Socket.ReceiveAsync(new byte[8], HangLimit));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_each_client_has_its_own_share()
    {
        int open = 0;
        var logger = new RecordingLogger();
        var gate = new ConnectionGate(
            _ => 19 - open, TimeProvider.System, logger, new TrustedProxies([IPNetwork.Parse("127.0.0.2/32")], TimeProvider.System));
        using Socket listener = Listen();
        var all = new List<IDisposable>();
        try
        {
            var connections = new List<AcceptedConnection>();
            for (int i = 0; i < 19; i++)
            {
                all.Add(await ConnectAsync(listener, "127.0.0.2"));
                connections.Add(await AcceptAsync());
                all.Add(connections[i]);
                open++;
            }

            for (int i = 0; i < 18; i++)
            {
                Assert.Equal(i < 14, gate.TryAttribute(connections[i].Socket, IPAddress.Parse("203.0.113.7")));
            }

            Assert.True(gate.TryAttribute(connections[18].Socket, IPAddress.Parse("203.0.113.8")));
            Assert.Equal((19, 4), (gate.Count, gate.Refused));
            Assert.StartsWith("529 203.0.113.7 has 14 connections open", Assert.Single(logger.Lines), StringComparison.Ordinal);
        }
        finally
        {
            all.ForEach(static one => one.Dispose());
        }

        Assert.Equal(0, gate.Count);

        // A gate that refuses by mistake must not make the test hang.
        async Task<AcceptedConnection> AcceptAsync()
        {
            long refused = gate.Refused;
            Task<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit).AsTask();
            await Until.TrueAsync(() => accepting.IsCompleted || gate.Refused > refused);
            Assert.Equal(refused, gate.Refused);
            return (await accepting)!;
        }
    }

    [Fact]
    public async Task Accepting_continues_after_any_error()
    {
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        var gate = new ConnectionGate(time, logger);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(HangLimit);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        // Not listening yet: accepting fails, in a way that no network error does.
        Task<AcceptedConnection?> accepting = Task.Run(() => gate.AcceptAsync(listener, stop.Token).AsTask(), HangLimit);
        try
        {
            for (int failures = 1; failures <= 3; failures++)
            {
                // The gate pauses after each failure, or there would be thousands.
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
    public async Task Closing_the_listening_socket_stops_accepting()
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
    public void The_last_open_files_are_reserved(int limit, int open, int room) =>
        Assert.Equal(room, new OpenFileReserve(() => limit).RoomFor(open));

    [Fact]
    public void A_sockets_number_tells_how_many_more_can_be_opened()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        int number = (int)socket.SafeHandle.DangerousGetHandle();

        Assert.Equal(0, new OpenFileReserve(() => number + 17 + ((number + 17) / 32)).RoomBehind(socket), 2.0);
        Assert.Equal(int.MaxValue, new OpenFileReserve(static () => null).RoomBehind(socket));
        Assert.InRange(new OpenFileReserve(static () => 32).RoomBehind(socket), int.MinValue, -1);
    }

    private static async Task PassAsync(ManualTime time, TimeSpan span)
    {
        await using ITimer timer = time.CreateTimer(static _ => { }, null, span, Timeout.InfiniteTimeSpan);
        await time.FireAsync(span);
    }

    internal static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(100);
        return listener;
    }

    internal static async Task<Socket> ConnectAsync(Socket listener, string from = "127.0.0.1")
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(listener.LocalEndPoint!, HangLimit);
        return client;
    }

    // It may be reset before it sees that it is connected.
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
