using System.Net.Sockets;
using Linnet.Serving.Pulls;
using Linnet.Sources.Ingest;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Pull;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Serving.Pulls;

public class PullLoopTests
{
    [Fact]
    public async Task After_a_final_refusal_attempts_are_rare()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider();
        int tries = 0;
        Task running = new PullLoop(new Uri("http://example.org/jazz"), time, new RecordingLogger()).RunAsync(
            new IngestBuffer("jazz", new IngestOptions()),
            (backoff, _) =>
            {
                tries++;
                backoff.Slow();
                return Task.FromResult("http://example.org/jazz answers 401.");
            },
            stop.Token);

        time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(1, tries);
        time.Advance(TimeSpan.FromSeconds(17));
        Assert.Equal(2, tries);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "There is no host called 'x': check the name.")]
    [InlineData(SocketError.ConnectionRefused, "Nothing listens at http://x: is the server running, and is that its port?")]
    [InlineData(SocketError.NoData, "There is no host called 'x': check the name.")]
    public void An_unknown_name_is_reported_in_a_sentence(SocketError error, string sentence) =>
        Assert.Equal(sentence, StreamSearch.Problem(new Uri("http://x/a.mp3"), new SocketException((int)error)));

    [Fact]
    public async Task After_every_failure_the_wait_grows_until_sound_comes()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        var tries = new List<double>();
        DateTimeOffset start = time.GetUtcNow();
        Task running = new PullLoop(new Uri("http://example.org/jazz"), time, logger).RunAsync(
            new IngestBuffer("jazz", new IngestOptions()),
            (backoff, _) =>
            {
                tries.Add((time.GetUtcNow() - start).TotalSeconds);
                if (tries.Count == 6)
                {
                    backoff.Reset();
                }

                return tries.Count % 3 == 0 ? throw new EndOfStreamException("no end of it")
                    : tries.Count % 3 == 1 ? throw new NotSupportedException("that cannot be")
                    : Task.FromResult("it ended.");
            },
            stop.Token);

        while (tries.Count < 7)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        double[] waits = [.. tries.Zip(tries.Skip(1)).Select(t => t.Second - t.First)];
        Assert.Equal(0.5, waits[0], 0.011);
        Assert.InRange(waits[4], 3.9, 8.02);
        Assert.Equal(0.5, waits[5], 0.011);
        string[] lines = [.. logger.Lines];
        Assert.Equal("909 Station jazz: receiving its audio failed with an unexpected error", lines[0]);
        Assert.Equal("908 Station jazz: http://example.org/jazz cannot be fetched: that cannot be. Trying again in 0.5 s", lines[1]);
        Assert.StartsWith("908 Station jazz: it ended. Trying again in", lines[2], StringComparison.Ordinal);
        Assert.StartsWith(
            "908 Station jazz: http://example.org/jazz cannot be fetched: no end of it. Trying", lines[3], StringComparison.Ordinal);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
