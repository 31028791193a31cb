using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports;

/// <summary>The order in which addresses are tried, and which one wins.</summary>
public class AddressRaceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _tried = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Connection>> _attempts = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2001:db8::1 2001:db8::2 2001:db8::3 192.0.2.1 192.0.2.2", "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2 2001:db8::3")]
    [InlineData("192.0.2.1 192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2")]
    [InlineData("192.0.2.1 192.0.2.1 ::1", "192.0.2.1 ::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    public void Address_families_alternate_starting_with_that_of_the_first_address(string given, string order) =>
        Assert.Equal(order.Split(' '), AddressRace.Order([.. given.Split(' ').Select(IPAddress.Parse)]).Select(a => a.ToString()));

    [Fact]
    public async Task A_silent_address_delays_the_next_by_a_quarter_of_a_second()
    {
        var time = new ManualTime();
        IPAddress[] addresses = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2")];
        Task<Connection> racing = AddressRace.ConnectAsync(addresses, Try, time, Cancelled);
        Assert.Equal(["2001:db8::1"], _tried);

        // It waits exactly this long.
        await time.FireAsync(Pause);
        await Until.TrueAsync(() => _tried.Count == 2);
        var second = new Connection();
        _attempts["192.0.2.1"].SetResult(second);

        Assert.Same(second, await racing.WaitAsync(Cancelled));
        Assert.Equal(["2001:db8::1", "192.0.2.1"], _tried);
        Assert.False(second.IsDisposed);
    }

    [Fact]
    public async Task After_a_refusal_the_next_is_tried_at_once()
    {
        Task<Connection> racing = RaceAsync("2001:db8::1", "192.0.2.1");
        _attempts["2001:db8::1"].SetException(new SocketException((int)SocketError.NetworkUnreachable));

        await Until.TrueAsync(() => _tried.Count == 2);
        _attempts["192.0.2.1"].SetResult(new Connection());

        await racing.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task A_slow_address_still_wins_if_later_ones_do_not_answer_and_a_late_connection_is_closed()
    {
        Task<Connection> racing = RaceAsync("2001:db8::1", "192.0.2.1");
        _time.Advance(Pause);
        await Until.TrueAsync(() => _tried.Count == 2);
        _attempts["2001:db8::1"].SetResult(new Connection());
        await racing.WaitAsync(Cancelled);

        var late = new Connection();
        _attempts["192.0.2.1"].SetResult(late);
        await Until.TrueAsync(() => late.IsDisposed);
    }

    [Fact]
    public async Task If_every_attempt_fails_the_most_informative_error_is_thrown()
    {
        Task<Connection> racing = RaceAsync("2001:db8::1", "192.0.2.1", "2001:db8::2");
        _attempts["2001:db8::1"].SetException(new SocketException((int)SocketError.NetworkUnreachable));
        await Until.TrueAsync(() => _tried.Count == 2);
        _attempts["192.0.2.1"].SetException(new SocketException((int)SocketError.ConnectionRefused));
        await Until.TrueAsync(() => _tried.Count == 3);
        _attempts["2001:db8::2"].SetException(new SocketException((int)SocketError.HostUnreachable));

        SocketException e = await Assert.ThrowsAsync<SocketException>(() => racing.WaitAsync(Cancelled));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
    }

    [Fact]
    public async Task Of_very_many_addresses_only_the_first_few_are_tried()
    {
        Task<Connection> racing = RaceAsync([.. Enumerable.Range(1, 200).Select(i => $"192.0.2.{i}")]);
        for (int i = 1; i <= AddressRace.MaxAddresses; i++)
        {
            await Until.TrueAsync(() => _tried.Count == i);
            _attempts[_tried.ElementAt(i - 1)].SetException(new SocketException((int)SocketError.ConnectionRefused));
        }

        await Assert.ThrowsAsync<SocketException>(() => racing.WaitAsync(Cancelled));
        Assert.Equal(AddressRace.MaxAddresses, _tried.Count);
    }

    [Fact]
    public async Task A_host_without_addresses_is_not_found()
    {
        SocketException e = await Assert.ThrowsAsync<SocketException>(() => AddressRace.ConnectAsync([], 1, _time, Cancelled));
        Assert.Equal(SocketError.HostNotFound, e.SocketErrorCode);
    }

    [Fact]
    public async Task A_machine_that_listens_on_one_family_only_is_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;

        // The first two addresses do not listen: one refuses, the other has no route.
        IPAddress[] addresses = [IPAddress.IPv6Loopback, IPAddress.Parse("2001:db8::1"), IPAddress.Loopback];
        using Socket socket = await AddressRace.ConnectAsync(addresses, port, TimeProvider.System, Cancelled);

        Assert.Equal(listener.LocalEndpoint, socket.RemoteEndPoint);
        Assert.True(socket.NoDelay);
    }

    [Fact]
    public async Task Cancellation_stops_all_attempts()
    {
        using var stopping = new CancellationTokenSource();
        Task<Connection> racing = AddressRace.ConnectAsync([IPAddress.Parse("192.0.2.1")], Try, _time, stopping.Token);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => racing.WaitAsync(Cancelled));
    }

    private Task<Connection> RaceAsync(params string[] addresses) =>
        AddressRace.ConnectAsync([.. addresses.Select(IPAddress.Parse)], Try, _time, Cancelled);

    private Task<Connection> Try(IPAddress address, CancellationToken cancellationToken)
    {
        var attempt = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(_attempts.TryAdd(address.ToString(), attempt));
        _tried.Enqueue(address.ToString());
        return attempt.Task;
    }

    private sealed class Connection : IDisposable
    {
        internal bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
