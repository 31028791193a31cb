using Linnet.Broadcast.Streams;
using Linnet.Serving;
using Linnet.Serving.Http;
using Linnet.Serving.PyAudio;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;

namespace Linnet.Tests.Serving;

/// <summary>Figures of protocols: the fields of the statistics as JSON, and the names on the panel.</summary>
public class ProtocolFiguresTests
{
    private static readonly RadioServerSnapshot Radio = new(
        1200,
        0,
        1500,
        [new RadioRenditionSnapshot("jazz", "mp3", 1200, 1300)],
        65_536,
        new StreamStatistics(1200, 300, 99_000, 4, 60, 2, 1, default, default, default) { PacketsDue = 9000, PacketsSent = 8940 },
        new Dictionary<RadioRefusal, long> { [RadioRefusal.TooManyOfAddress] = 7 })
    {
        PacketsMissed = 5,
    };

    private static readonly PyAudioServerSnapshot PyAudio = new(
        3,
        2,
        9,
        1,
        new Dictionary<PyAudioRefusal, long> { [PyAudioRefusal.NotHello] = 1, [PyAudioRefusal.NetworkNotAllowed] = 7 },
        new Dictionary<PyAudioEnd, long> { [PyAudioEnd.Left] = 4 });

    [Fact]
    public void Http_prints_exactly_the_documented_fields_in_order() => Assert.Equal(
        """{"listeners":1200,"accepted":1500,"bytes_sent":99000,"writes":300,"moves":4,"packets_due":9000,"packets_sent":8940,"packets_skipped":60,"packets_missed":5,"stalled":2,"disconnected":1,"buffer_bytes":65536,"refused":{"too_many_of_address":7},"pushers":{"live":"192.0.2.7:4321"},"pushes_refused":{"wrong_password":3}}""",
        OfHttp().Stats!.ToJsonString());

    [Fact]
    public void PyAudio_prints_exactly_the_documented_fields_in_order() => Assert.Equal(
        """{"tcp_listeners":3,"udp_listeners":2,"accepted":9,"renewed":1,"refused":{"network_not_allowed":7,"not_hello":1},"ended":{"left":4}}""",
        PyAudioProtocol.Describe(PyAudio, []).Stats!.ToJsonString());

    [Fact]
    public void The_panel_keeps_the_names_of_its_figures()
    {
        Assert.Equal(
            ["http 1200", "packets due 9000", "sent 8940", "moved 4!"], OfHttp().Figures.Select(Text));
        Assert.Equal(["tcp 3", "udp 2"], PyAudioProtocol.Describe(PyAudio, []).Figures.Select(Text));

        static string Text(ProtocolFigure figure) => $"{figure.Name} {figure.Value}{(figure.IsTrouble ? "!" : "")}";
    }

    [Fact]
    public void Renditions_on_offer_are_counted_also_without_listeners() => Assert.Equal(
        [
            new ListenerCount("jazz", "mp3", "http", 1200) { Peak = 1300 },
            new ListenerCount("jazz", "flac", "http", 0),
            new ListenerCount("live", "", "http", 0),
        ],
        OfHttp().Listeners);

    private static ProtocolSnapshot OfHttp() => HttpProtocol.Describe(
        Radio, [("jazz", "mp3"), ("jazz", "flac"), ("live", "")], new Dictionary<string, string> { ["live"] = "192.0.2.7:4321" },
        new Dictionary<string, long> { ["wrong_password"] = 3 });
}
