using System.Net;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports.Http.Hls;

/// <summary>Ticks are milliseconds.</summary>
public class HlsAudienceTests
{
    private static readonly IPEndPoint Remote = new(IPAddress.Parse("192.0.2.1"), 5000);

    private readonly SettableTime _time = new(1000);
    private readonly HlsAudience _audience;

    public HlsAudienceTests() => _audience = Create(new RadioServerOptions());

    [Fact]
    public void A_listener_stays_while_it_makes_requests()
    {
        Assert.Null(Hear(1, "mp3"));
        for (int i = 0; i < 5; i++)
        {
            _time.Timestamp += 12_000;
            _audience.Keep(_audience.Find(Key(1))!);
            _audience.Expire();
        }

        Assert.Equal(1, _audience.Count()[("jazz", "mp3")]);
        _time.Timestamp += 12_001;
        _audience.Expire();
        Assert.Equal(0, _audience.Count()[("jazz", "mp3")]);
        Assert.Null(_audience.Find(Key(1)));
    }

    [Fact]
    public void To_be_looked_for_is_no_request()
    {
        Hear(1, "mp3");
        _time.Timestamp += 12_001;
        Assert.NotNull(_audience.Find(Key(1)));

        _audience.Expire();

        Assert.Null(_audience.Find(Key(1)));
    }

    [Fact]
    public void A_listener_that_changes_the_rendition_is_the_same_one()
    {
        Hear(1, "mp3");
        _audience.Find(Key(1))!.Count(1000);
        Hear(1, "opus");

        Assert.Equal(1, _audience.Count()[("jazz", "opus")]);
        Assert.Equal((1, 1000), (_audience.GetTotal().Connections, _audience.GetTotal().Bytes));
    }

    [Fact]
    public void Bytes_of_listeners_that_are_gone_still_count()
    {
        HlsAudience audience = Create(new RadioServerOptions { MaxListeners = 2 });
        foreach (int client in (int[])[1, 2])
        {
            Assert.Null(audience.TryHear(Key(client), Remote, Info("mp3"), null));
            audience.Find(Key(client))!.Count(500);
        }

        // One changes after the limit was lowered: there is no place any more.
        audience.Limit(new RadioServerOptions { MaxListeners = 1 });
        Assert.Equal(RadioRefusal.TooManyListeners, audience.TryHear(Key(2), Remote, Info("opus"), null));
        Assert.Equal(1000, audience.GetTotal().Bytes);
        audience.Close();
        Assert.Equal(1000, audience.GetTotal().Bytes);
        Assert.Null(audience.TryHear(Key(3), Remote, Info("mp3"), null));
    }

    [Fact]
    public void There_is_no_room_beyond_the_limit()
    {
        HlsAudience audience = Create(new RadioServerOptions { MaxListenersPerAddress = 1 });
        Assert.Null(audience.TryHear(Key(1), Remote, Info("mp3"), null));

        Assert.Equal(RadioRefusal.TooManyOfAddress, audience.TryHear(Key(2), Remote, Info("mp3"), null));
        Assert.Null(audience.TryHear(Key(1), Remote, Info("mp3"), null));
    }

    private HlsAudience Create(RadioServerOptions limits) => new(limits, TimeSpan.FromSeconds(12), _time, NullLogger.Instance);

    private RadioRefusal? Hear(int client, string rendition) => _audience.TryHear(Key(client), Remote, Info(rendition), null);

    private static HlsListenerKey Key(int client) => new(PeerAddress.Of(Remote.Address), (UInt128)client);

    private static RenditionInfo Info(string rendition) =>
        new("jazz", rendition, new PayloadFormat(rendition, 48_000, 2), 960, 128_000, Rings.Stream);
}
