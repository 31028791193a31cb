using Linnet.Playback;
using Linnet.Transports;
using Linnet.Transports.PyAudio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Playback;

/// <summary>The one place that turns an address into a receiver.</summary>
public class ListenSchemeTests
{
    [Theory]
    [InlineData("rtsp://studio/jazz", typeof(RtspConnector), true, false, false)]
    [InlineData("rtsp://ann:pw@studio:554/jazz", typeof(RtspConnector), true, false, false)]
    [InlineData("http://studio:8000/", typeof(HttpConnector), true, false, true)]
    [InlineData("https://radio.example/live.mp3", typeof(HttpConnector), true, false, true)]
    [InlineData("HTTP://radio.example/live.mp3", typeof(HttpConnector), true, false, true)]
    [InlineData("pyaudio-tcp://studio", typeof(PyAudioConnector), false, true, false)]
    [InlineData("pyaudio-udp://studio:9633", typeof(PyAudioConnector), false, true, false)]
    public void An_address_selects_its_connector(string address, Type connector, bool mayBeRtp, bool needsFormat, bool isStream)
    {
        var uri = new Uri(address);

        Assert.True(ListenScheme.TryFind(uri, out ListenScheme? scheme));

        Assert.Equal((mayBeRtp, needsFormat, isStream), (scheme.MayBeRtp, scheme.NeedsFormat, scheme.IsStream));
        Assert.IsType(
            connector, ListenScheme.Connect(new StationRequest(uri), TimeProvider.System, new Random(1), NullLogger.Instance));
        Assert.DoesNotContain(new PlayerOptions { Url = uri }.Problems(), problem => problem.StartsWith("Url", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://studio/jazz")]
    [InlineData("file:///jazz.mp3")]
    [InlineData("pyaudio-tcp://studio/jazz")]
    [InlineData("/jazz")]
    public void Other_addresses_are_refused_with_the_valid_forms(string address)
    {
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);

        Assert.False(ListenScheme.TryFind(uri, out _));
        Assert.EndsWith(
            "rtsp://HOST:PORT/NAME, http://HOST:PORT/STREAM, pyaudio-tcp://HOST or pyaudio-udp://HOST.",
            Assert.Single(new PlayerOptions { Url = uri }.Problems()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://studio:8000/jazz.mp3", true)]
    [InlineData("http://studio:8000/jazz-64.OPUS?token=1", true)]
    [InlineData("https://radio.example/live/stream.flac", true)]
    [InlineData("https://radio.example/listen.pls", true)]
    [InlineData("http://studio:8000/", false)]
    [InlineData("http://studio:8000/jazz", false)]
    [InlineData("http://studio:8000/jazz/pcm", false)]
    [InlineData("http://studio.mp3/jazz", false)]
    public void The_extension_of_a_path_tells_whether_it_is_a_stream(string address, bool isStream) =>
        Assert.Equal(isStream, HttpConnector.IsStream(new Uri(address)));
}
