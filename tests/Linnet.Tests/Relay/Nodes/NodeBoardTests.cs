using System.Text;
using CsCheck;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Relay.Leases;
using Linnet.Relay.Nodes;

namespace Linnet.Tests.Relay.Nodes;

public class NodeBoardTests
{
    private readonly NodeBoard _board = new(1000);

    [Fact]
    public void A_status_is_the_same_at_the_other_end()
    {
        var sent = new NodeStatus(
            "node-1", ulong.MaxValue,
            new NodeLoad(2, 256_000) { MaxListeners = 10, MaxBitsPerSecond = 5, IsHttpFull = true, IsRtspFull = true },
            [
                new StationStatus("jazz")
                {
                    Lease = LeaseState.Unconfirmed,
                    Incarnation = 0xFEDC_BA98_7654_3210,
                    Revision = 18,
                    Description = -5,
                    IsLive = true,
                    Track = new TrackInfo("So What", "Miles Davis"),
                    Listeners = new Dictionary<string, int> { ["opus"] = 2 },
                },
                new StationStatus("news"),
            ])
        {
            Http = new Uri("https://radio1.example/"),
            Rtsp = new Uri("rtsp://radio1.example/"),
            IsStopping = true,
        };

        Assert.True(NodeStatus.TryRead(sent.ToBytes(), out NodeStatus? got));

        Assert.Equal(sent with { Stations = got.Stations }, got);
        Assert.Equal(sent.Stations.Select(Text), got.Stations.Select(Text));
        Assert.True(got.ToOther().Load.IsFull);
        Assert.Equal(2, got.ToOther().Stations["jazz"]["opus"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":2}""")]
    [InlineData(Start + """ "stations":null}""")]
    [InlineData(Start + """ "stations":[null]}""")]
    [InlineData("""{"format":1,"node":"a.b","life":"1","http":null,"rtsp":null,"stopping":false,""" + Load + """ "stations":[]}""")]
    [InlineData("""{"format":1,"node":"a","life":"x","http":null,"rtsp":null,"stopping":false,""" + Load + """ "stations":[]}""")]
    public void Anything_else_is_no_status(string text) =>
        Assert.False(NodeStatus.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void What_is_wrong_about_a_station_or_an_address_is_left_out()
    {
        const string Station = """{"name":"NAME","lease":"held","incarnation":"1","revision":"2","description":0,"live":true,"""
            + """ "title":null,"artist":null,"listeners":{"opus":-1,"x y":3,"mp3":4}}""";
        string text = Start.Replace("null", "\"javascript:alert(1)\"", StringComparison.Ordinal) + " \"stations\":["
            + Station.Replace("NAME", "../x", StringComparison.Ordinal) + ","
            + Station.Replace("NAME", "jazz", StringComparison.Ordinal) + "]}";

        Assert.True(NodeStatus.TryRead(Encoding.UTF8.GetBytes(text), out NodeStatus? status));

        Assert.Null(status.Http);
        Assert.Null(status.Rtsp);
        StationStatus jazz = Assert.Single(status.Stations);
        Assert.Equal(("jazz", LeaseState.Held), (jazz.Name, jazz.Lease));
        Assert.Equal("mp3", Assert.Single(jazz.Listeners).Key);
    }

    [Fact]
    public void Random_bytes_never_throw() => Gen.Byte.Array[0, 300].Sample(static bytes =>
    {
        _ = NodeStatus.TryRead(bytes, out _);
    });

    [Theory]
    [InlineData("held 5", "held 7", "b")]
    [InlineData("held 7", "held 5", "a")]
    [InlineData("unconfirmed 9", "held 1", "b")]
    [InlineData("held 1", "unconfirmed 9", "a")]
    [InlineData("standby 9", "unconfirmed 0", "b")]
    public void Of_two_that_claim_a_station_the_one_with_the_newest_confirmed_lease_has_it(string first, string second, string expected)
    {
        _board.Take(Node("a", first), 0);
        _board.Take(Node("b", second), 0);

        Assert.Equal(expected, _board.Origins()["jazz"].Node.Node);
    }

    [Fact]
    public void A_node_that_says_nothing_is_gone_after_a_while_unless_none_can_be_heard()
    {
        _board.Take(Node("a", "held 1"), 0);
        _board.Expire(5000, canHear: true);
        Assert.Single(_board.Nodes);
        _board.Expire(60_000, canHear: false);
        Assert.Single(_board.Nodes);
        _board.Expire(65_000, canHear: true);
        Assert.Single(_board.Nodes);
        _board.Expire(65_001, canHear: true);
        Assert.Empty(_board.Nodes);
        Assert.Empty(_board.Origins());
    }

    private const string Load = """ "load":{"listeners":0,"max_listeners":0,"bits_per_second":0,"max_bits_per_second":0,"""
        + """ "http_full":false,"rtsp_full":false},"idle":[],""";

    private const string Start = """{"format":1,"node":"a","life":"1","http":null,"rtsp":null,"stopping":false,""" + Load;

    private static NodeStatus Node(string name, string lease) => new(name, 1, default,
    [
        new StationStatus("jazz")
        {
            Lease = Enum.Parse<LeaseState>(lease.Split(' ')[0], ignoreCase: true),
            Revision = ulong.Parse(lease.Split(' ')[1], null),
        },
    ]);

    private static string Text(StationStatus station) =>
        $"{station with { Listeners = new Dictionary<string, int>() }}".Split("Listeners")[0]
            + string.Join(',', station.Listeners.Select(static one => $"{one.Key}={one.Value}"));
}
