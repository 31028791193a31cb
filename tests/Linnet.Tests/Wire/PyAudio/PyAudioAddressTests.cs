using Linnet.Playback;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Wire.PyAudio;

public class PyAudioAddressTests
{
    [Theory]
    [InlineData("pyaudio-tcp://host", true, 9610)]
    [InlineData("pyaudio-udp://host", false, 9633)]
    [InlineData("pyaudio-udp://[::1]:7", false, 7)]
    [InlineData("pyaudio-tcp://192.168.1.5:80/", true, 80)]
    public void An_address_has_a_host_and_an_optional_port(string text, bool isTcp, int port)
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(text), out PyAudioAddress? address));
        Assert.Equal((isTcp, port), (address.IsTcp, address.Port));
        Assert.DoesNotContain('[', address.Host);
        Assert.Empty(new PlayerOptions { Url = new Uri(text) }.Problems());
    }

    [Theory]
    [InlineData("pyaudio-tcp://[fe80::1%25eth0]:7")]
    [InlineData("pyaudio-udp://[fe80::1%eth0]")]
    public void The_zone_of_a_link_local_address_is_kept(string text)
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(text), out PyAudioAddress? address));
        Assert.Equal("fe80::1%eth0", address.Host);
    }

    [Theory]
    [InlineData("pyaudio-tcp://host/jazz")]
    [InlineData("pyaudio-tcp://host:0")]
    [InlineData("pyaudio-tcp://me@host")]
    [InlineData("pyaudio://host")]
    [InlineData("ftp://host")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(PyAudioAddress.TryParse(new Uri(text), out _));
        Assert.Single(new PlayerOptions { Url = new Uri(text) }.Problems());
    }
}
