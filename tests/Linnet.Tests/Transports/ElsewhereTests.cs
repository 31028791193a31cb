using Linnet.Broadcast;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

/// <summary>Which server a listener is sent to.</summary>
public class ElsewhereTests
{
    private static readonly NodeLoad Free = new(10, 0) { MaxListeners = 100 };

    [Fact]
    public void The_address_has_the_mark_and_the_link_below_the_path_of_the_other_server()
    {
        Elsewhere elsewhere = Of(Node() with { Http = new Uri("https://two.example/radio/"), Rtsp = new Uri("rtsps://two.example") });

        Assert.Equal("https://two.example/radio/jazz.mp3?hop=1", elsewhere.OverHttp("jazz", "/jazz.mp3", "", null, isTls: true));
        Assert.Equal(
            "https://two.example/radio/~a%2Fb/jazz/hls.m3u8?hop=1&x=1",
            elsewhere.OverHttp("jazz", "/jazz/hls.m3u8", "x=1", "a/b", isTls: false));
        Assert.Equal("rtsps://two.example/~a%2Fb/jazz/opus/_hop", elsewhere.OverRtsp("jazz", "/jazz/opus", "a/b", isTls: true));
    }

    [Theory]
    [InlineData("hop=1")]
    [InlineData("x=1&hop=1")]
    [InlineData("hop")]
    public void A_marked_request_leads_nowhere(string query) =>
        Assert.Null(Of(Node()).OverHttp("jazz", "/jazz.mp3", query, null, isTls: false));

    [Fact]
    public void A_query_that_is_no_part_of_an_address_is_left_out() => Assert.Equal(
        "http://two.example/jazz.mp3?hop=1", Of(Node()).OverHttp("jazz", "/jazz.mp3", "x=\r\nSet-Cookie: a", null, isTls: false));

    [Fact]
    public void Servers_that_cannot_serve_the_listener_are_left_out()
    {
        Assert.Null(Of().OverHttp("jazz", "/jazz.mp3", "", null, isTls: false));
        Assert.Null(Of(Node() with { Http = null }).OverHttp("jazz", "/jazz.mp3", "", null, isTls: false));
        Assert.Null(Of(Node() with { Rtsp = null }).OverRtsp("jazz", "/jazz", null, isTls: false));
        Assert.Null(Of(Node()).OverHttp("news", "/news.mp3", "", null, isTls: false));
        Assert.Null(Of(Node(Free with { MaxListeners = 10 })).OverHttp("jazz", "/jazz.mp3", "", null, isTls: false));
        Assert.Null(Of(Node(new NodeLoad(0, 5) { MaxBitsPerSecond = 5 })).OverRtsp("jazz", "/jazz", null, isTls: false));
    }

    [Fact]
    public void A_limit_of_one_protocol_leaves_the_other_open()
    {
        Elsewhere noHttp = Of(Node(Free with { IsHttpFull = true }));
        Elsewhere noRtsp = Of(Node(Free with { IsRtspFull = true }));

        Assert.Null(noHttp.OverHttp("jazz", "/jazz.mp3", "", null, isTls: false));
        Assert.NotNull(noHttp.OverRtsp("jazz", "/jazz", null, isTls: false));
        Assert.NotNull(noRtsp.OverHttp("jazz", "/jazz.mp3", "", null, isTls: false));
        Assert.Null(noRtsp.OverRtsp("jazz", "/jazz", null, isTls: false));
    }

    [Theory]
    [InlineData("http://two.example/", true)]
    [InlineData("ftp://two.example/", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("http://user:password@two.example/", false)]
    [InlineData("/relative", false)]
    public void An_address_that_listeners_must_not_follow_is_left_out(string address, bool isTls) => Assert.Null(
        Of(Node() with { Http = new Uri(address, UriKind.RelativeOrAbsolute) }).OverHttp("jazz", "/jazz.mp3", "", null, isTls));

    [Fact]
    public void Listeners_under_TLS_are_not_sent_to_RTSP_without_it() =>
        Assert.Null(Of(Node()).OverRtsp("jazz", "/jazz", null, isTls: true));

    [Fact]
    public void The_least_loaded_share_is_first_and_equal_ones_take_turns()
    {
        Elsewhere elsewhere = Of(
            Node(new NodeLoad(50, 0) { MaxListeners = 100 }, "busy"),
            Node(new NodeLoad(301, 0) { MaxListeners = 1000 }, "big"),
            Node(new NodeLoad(10, 31) { MaxListeners = 100, MaxBitsPerSecond = 100 }, "thin"));

        HashSet<string?> chosen =
            [.. Enumerable.Range(0, 100).Select(_ => elsewhere.OverHttp("jazz", "/jazz.mp3", "", null, isTls: false))];

        Assert.Equal(["http://big.example/jazz.mp3?hop=1", "http://thin.example/jazz.mp3?hop=1"], chosen.Order());
    }

    private static Elsewhere Of(params OtherNode[] others) => new(new StationDirectory([]) { Others = others });

    private static OtherNode Node(NodeLoad? load = null, string name = "two") => new(name, load ?? Free)
    {
        Http = new Uri($"http://{name}.example/"),
        Rtsp = new Uri($"rtsp://{name}.example:8554/"),
        Stations = new Dictionary<string, IReadOnlyDictionary<string, int>> { ["jazz"] = new Dictionary<string, int>() },
    };
}
