using System.Net;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Wire.Icy;

namespace Linnet.Tests.Transports.Http;

public class PushAuthorityTests
{
    private static readonly PeerAddress Peer = PeerAddress.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly PeerAddress Other = PeerAddress.Of(IPAddress.Parse("192.0.2.2"));
    private readonly PushAuthority _authority = new("hackme");
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("source", "hackme", PushVerdict.Allowed)]
    [InlineData("anyone", "hackme", PushVerdict.Allowed)]
    [InlineData("", "hackme", PushVerdict.Allowed)]
    [InlineData("source", "hackm", PushVerdict.Wrong)]
    [InlineData("source", "hackme ", PushVerdict.Wrong)]
    [InlineData("source", "", PushVerdict.Wrong)]
    internal void The_password_counts_and_the_name_does_not(string user, string password, PushVerdict verdict) =>
        Assert.Equal(verdict, _authority.Judge(Peer, new BasicCredentials(user, password).ToHeader(), _now));

    [Theory]
    [InlineData(null, PushVerdict.Unnamed)]
    [InlineData("", PushVerdict.Unnamed)]
    [InlineData("Bearer hackme", PushVerdict.Wrong)]
    [InlineData("Basic !!!", PushVerdict.Wrong)]
    internal void What_is_no_password_is_none(string? header, PushVerdict verdict) => Assert.Equal(verdict, _authority.Judge(Peer, header, _now));

    [Fact]
    public void Wrong_tries_make_an_address_wait_longer_and_longer_and_nobody_else()
    {
        for (int i = 0; i <= PushAuthority.FreeTries; i++)
        {
            Assert.Equal(PushVerdict.Wrong, Try(Peer, "no"));
        }

        Assert.Equal(PushVerdict.TooMany, Try(Peer, "hackme"));
        Assert.Equal(PushVerdict.Allowed, Try(Other, "hackme"));
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(PushVerdict.Wrong, Try(Peer, "no"));
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(PushVerdict.TooMany, Try(Peer, "hackme"));
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(PushVerdict.Allowed, Try(Peer, "hackme"));
        Assert.Equal(PushVerdict.Wrong, Try(Peer, "no"));
        Assert.Equal(PushVerdict.Allowed, Try(Peer, "hackme"));
    }

    [Fact]
    public void Whoever_waits_the_longest_time_is_heard_again()
    {
        for (int i = 0; i < 100; i++)
        {
            Try(Peer, "no");
            _now += PushAuthority.MaxDelay;
        }

        Assert.Equal(PushVerdict.Allowed, Try(Peer, "hackme"));
    }

    [Fact]
    public void Any_number_of_addresses_that_fail_takes_no_more_room_and_locks_nobody_out()
    {
        for (int i = 0; i < 5; i++)
        {
            Try(Peer, "no");
        }

        for (int i = 0; i < PushAuthority.MaxAddresses; i++)
        {
            Try(PeerAddress.Of(new IPAddress(new byte[] { 10, 1, (byte)(i >> 8), (byte)i })), "no");
        }

        // The oldest was forgotten for the others.
        Assert.Equal(PushVerdict.Wrong, Try(Peer, "no"));
        Assert.Equal(PushVerdict.Allowed, Try(Other, "hackme"));
    }

    private PushVerdict Try(PeerAddress peer, string password) => _authority.Judge(peer, new BasicCredentials("source", password).ToHeader(), _now);
}
