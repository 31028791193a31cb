using System.Text;
using Linnet.Server.Endpoints.Events;
using Linnet.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Endpoints.Events;

public class EventReaderTests
{
    [Fact]
    public async Task A_reader_that_takes_no_more_bytes_is_dropped()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false);
        var time = new FakeTimeProvider();
        var reader = new EventReader(host.Services.GetRequiredService<EventFeed>(), time);
        using var blocked = new BlockedStream();

        Task reading = reader.RunAsync(blocked, null, TestContext.Current.CancellationToken);
        await blocked.IsReached.Task.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(EventReader.Patience - TimeSpan.FromMilliseconds(1));
        bool isEarly = reading.IsCompleted;
        time.Advance(TimeSpan.FromMilliseconds(1));
        await reading;

        Assert.False(isEarly);
    }

    [Fact]
    public async Task Comments_keep_the_way_to_the_reader_open()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false);
        var time = new FakeTimeProvider();
        var reader = new EventReader(new EventFeed(host.Services, time, NullLogger<EventFeed>.Instance), time);
        using var output = new MemoryStream();
        using var leaves = new CancellationTokenSource();

        // The reader sends what there is and waits, all before this returns.
        Task reading = reader.RunAsync(output, null, leaves.Token);
        long sent = output.Length;
        time.Advance(EventReader.KeepAlive - TimeSpan.FromMilliseconds(1));
        Assert.Equal(sent, output.Length);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Until.TrueAsync(() => output.Length > sent);
        await leaves.CancelAsync();
        await reading;

        Assert.Matches(
            "^retry: [23][0-9]{3}\n\nid: [0-9a-f]{8}-1\nevent: stations\ndata: .*\n\n:\n\n$",
            Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_reader_waits_until_the_server_can_be_looked_at()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false);
        var time = new FakeTimeProvider();
        var services = new LateServices(host.Services);
        var feed = new EventFeed(services, time, NullLogger<EventFeed>.Instance);
        using var output = new MemoryStream();
        using var leaves = new CancellationTokenSource();

        Task reading = new EventReader(feed, time).RunAsync(output, null, leaves.Token);
        long sent = output.Length;
        services.AreReady = true;
        time.Advance(2 * EventFeed.Interval);
        Assert.Single(feed.After(null).Events);
        await Until.TrueAsync(() => output.Length > sent || reading.IsCompleted);
        await leaves.CancelAsync();
        await reading;

        Assert.Matches(
            "^retry: [23][0-9]{3}\n\nid: [0-9a-f]{8}-1\nevent: stations\ndata: .*\n\n$", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_lost_connection_is_the_end_of_its_reader_alone()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false);
        EventFeed feed = host.Services.GetRequiredService<EventFeed>();
        using var lost = new LostStream();

        await new EventReader(feed, TimeProvider.System).RunAsync(lost, null, TestContext.Current.CancellationToken);

        Assert.Single(feed.After(null).Events);
    }

    /// <summary>Services that are not there before the host has started.</summary>
    private sealed class LateServices(IServiceProvider services) : IServiceProvider
    {
        internal bool AreReady { get; set; }

        public object? GetService(Type serviceType) => AreReady ? services.GetService(serviceType) : null;
    }

    /// <summary>A connection that its peer has reset.</summary>
    private sealed class LostStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("reset"));
    }

    /// <summary>A connection whose peer reads nothing.</summary>
    private sealed class BlockedStream : MemoryStream
    {
        internal TaskCompletionSource IsReached { get; } = new();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsReached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
