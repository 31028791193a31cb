using System.Net;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class WaitingRoomTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly SettableTime _time = new(1000);
    private readonly List<string> _ended = [];

    [Fact]
    public void The_longest_waiting_connection_is_closed_but_only_after_a_second()
    {
        var room = new WaitingRoom(3, 100, _time);
        Assert.NotNull(Enter(room, "first", 1, at: 0));
        Assert.NotNull(Enter(room, "second", 2, at: 500));
        Assert.NotNull(Enter(room, "third", 3, at: 600));

        Assert.Null(Enter(room, "too early", 4, at: 999));
        Assert.NotNull(Enter(room, "fourth", 4, at: 1000));
        Assert.Null(Enter(room, "too early", 5, at: 1499));
        Assert.NotNull(Enter(room, "fifth", 5, at: 1500));

        Assert.Equal(["first", "second"], _ended);
        Assert.Equal((3, 2), (room.Count, room.GaveWay));
    }

    [Fact]
    public void An_address_at_its_limit_displaces_its_own_connections()
    {
        var room = new WaitingRoom(100, 2, _time);
        Enter(room, "another's", 9, at: 0);
        Enter(room, "first", 1, at: 1);
        Enter(room, "second", 1, at: 2);

        Assert.Null(Enter(room, "too early", 1, at: 500));
        Assert.NotNull(Enter(room, "third", 1, at: 1001));

        Assert.Equal(["first"], _ended);
    }

    [Fact]
    public void A_connection_that_sent_something_waits_again_and_one_that_left_is_not_closed()
    {
        var room = new WaitingRoom(3, 100, _time);
        WaitingRoom.Place first = Enter(room, "first", 1, at: 0)!;
        WaitingRoom.Place second = Enter(room, "second", 2, at: 1)!;
        WaitingRoom.Place third = Enter(room, "third", 3, at: 2)!;
        _time.Timestamp = 900;
        first.Hear();
        third.Dispose();
        third.Dispose();
        third.Hear();

        Assert.Equal(2, room.Count);
        Assert.NotNull(Enter(room, "fourth", 3, at: 1000));
        Assert.NotNull(Enter(room, "fifth", 4, at: 1001));

        Assert.Equal(["second"], _ended);
        Assert.True(second.GaveWay);
        Assert.False(first.GaveWay);
        second.Dispose();
        Assert.Equal(3, room.Count);
    }

    [Fact]
    public void The_gate_can_ask_for_the_longest_wait_and_close_that_connection()
    {
        var room = new WaitingRoom(100, 100, _time);
        Assert.Null(room.WaitingSince(null));
        Enter(room, "first", 1, at: 5);
        Enter(room, "second", 2, at: 7);

        Assert.Equal(5, room.WaitingSince(null));
        Assert.Equal(7, room.WaitingSince(Address(2)));
        Assert.Null(room.WaitingSince(Address(3)));
        _time.Timestamp = 1006;
        Assert.False(room.TryEndLongest(Address(2)));
        Assert.True(room.TryEndLongest(null));
        Assert.False(room.TryEndLongest(null));
        Assert.Equal(["first"], _ended);
        Assert.Equal(Grace, WaitingRoom.Grace);
    }

    private WaitingRoom.Place? Enter(WaitingRoom room, string name, byte address, long at)
    {
        _time.Timestamp = at;
        return room.TryEnter(Address(address), () => _ended.Add(name));
    }

    private static PeerAddress Address(byte last) => PeerAddress.Of(new IPAddress([192, 0, 2, last]));
}
