using System.Net;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports;

/// <summary>Limits that change while clients are there.</summary>
public class ChangedLimitTests
{
    private static readonly PeerAddress Here = PeerAddress.Of(IPAddress.Loopback);
    private static readonly PeerAddress There = PeerAddress.Of(IPAddress.Parse("192.0.2.1"));

    [Fact]
    public void A_lower_limit_counts_those_who_are_there_and_a_higher_one_admits_more()
    {
        var quota = new PeerQuota(2, 2);
        Assert.True(quota.TryEnter(Here, out _));
        Assert.True(quota.TryEnter(Here, out _));

        quota.Limit(1, 1);
        Assert.False(quota.TryEnter(There, out bool isFull));
        Assert.True(isFull);
        quota.Leave(Here);
        Assert.False(quota.TryEnter(There, out _));
        quota.Limit(3, 1);

        Assert.True(quota.TryEnter(There, out _));
        Assert.False(quota.TryEnter(Here, out isFull));
        Assert.False(isFull);
        Assert.Equal(2, quota.Count);
    }

    [Fact]
    public void The_limit_of_a_station_changes_with_those_of_all()
    {
        var audience = new RadioAudience(new RadioServerOptions { MaxListenersPerStation = 1 });
        Assert.Null(audience.TryEnter(Here, "jazz", "mp3"));
        Assert.Equal(RadioRefusal.TooManyOfStation, audience.TryEnter(Here, "jazz", "mp3"));

        audience.Limit(new RadioServerOptions { MaxListenersPerStation = 2, MaxListeners = 2 });

        Assert.Null(audience.TryEnter(Here, "jazz", "mp3"));
        Assert.Equal(RadioRefusal.TooManyListeners, audience.TryEnter(Here, "news", "mp3"));
    }
}
