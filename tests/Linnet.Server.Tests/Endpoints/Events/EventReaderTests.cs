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
