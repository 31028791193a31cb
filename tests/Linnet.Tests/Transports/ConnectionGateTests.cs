using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
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
            Assert.StartsWith(
                "529 127.0.0.2 has 15 connections open, three quarters of all", Assert.Single(logger.Lines), StringComparison.Ordinal);
        }
        finally
        {
            all.ForEach(static one => one.Dispose());
        }
    }

    [Fact]
    public async Task Without_room_who_has_waited_longest_gives_way_once_it_has_waited_for_a_second()
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

        // It is held, and not refused, until the other has had its second.
        using Socket other = await ConnectAsync(listener, "127.0.0.3");
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);
        await time.FireAsync(TimeSpan.FromSeconds(1));
        using AcceptedConnection? second = await accepting;

        Assert.Equal(other.LocalEndPoint, second!.Socket.RemoteEndPoint);
        Assert.Equal(0, await idle.ReceiveAsync(new byte[1], HangLimit));
        Assert.Equal((1, 0, 1), (gate.Count, gate.Refused, waiting.GaveWay));
        Assert.StartsWith("714 ", Assert.Single(logger.Lines), StringComparison.Ordinal);

        // Nobody waits any more: who comes now is refused at once.
        Volatile.Write(ref room, -1);
        accepting = gate.AcceptAsync(listener, HangLimit);
        await RefuseAsync(listener, "127.0.0.4", () => accepting.IsCompleted);
        Assert.Equal(1, gate.Refused);
    }

    [Fact]
    public async Task Of_all_who_wait_wherever_the_one_that_has_waited_longest_gives_way()
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

        // From the second's place on it has 600 ms to wait; from the others' it would be longer.
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
    public async Task An_address_with_its_share_makes_place_among_its_own_and_holds_up_nobody()
    {
        int open = 0;
        var time = new ManualTime();
        var waiting = new WaitingRoom(100, 100, time);
        var gate = new ConnectionGate(_ => 3 - Volatile.Read(ref open), time);
        gate.Watch(waiting);
        using Socket listener = Listen();
        var all = new List<IDisposable>();
        var ended = new List<int>();

        // Another's has waited for longer.
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

            // Its own have not waited for long: it is refused, and who comes behind it gets in, in no time.
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
    public async Task Who_takes_a_place_leaves_the_reserves_descriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        using Socket listener = Listen();
        var low = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nint number = low.SafeHandle.DangerousGetHandle();
        using Socket client = await ConnectAsync(listener);

        // What has the number of the first one or a higher one is in the reserve.
        var time = new ManualTime();
        var waiting = new WaitingRoom(100, 100, time);
        var gate = new ConnectionGate(socket => (int)(number - socket.SafeHandle.DangerousGetHandle()), time);
        gate.Watch(waiting);
        waiting.TryEnter(PeerAddress.Of(IPAddress.Loopback), low.Dispose);
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, HangLimit);
        await time.FireAsync(TimeSpan.FromSeconds(1));
        while (!accepting.IsCompleted)
        {
            // Other tests open and close, too: it goes on until a low one is free.
            await (await Task.WhenAny(accepting.AsTask(), time.FireAsync(TimeSpan.FromMilliseconds(2))));
        }

        using AcceptedConnection? connection = await accepting;
        Assert.InRange(connection!.Socket.SafeHandle.DangerousGetHandle(), 0, number);
        Assert.Equal(client.LocalEndPoint, connection.Socket.RemoteEndPoint);
        await client.SendAsync(new byte[] { 7 }, HangLimit);
        Assert.Equal(1, await connection.Socket.ReceiveAsync(new byte[8], HangLimit));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_each_client_has_a_share_of_its_own()
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

        // A gate that refuses what it should let in does not make the test wait for ever.
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
