using Linnet.Sources.Capture;

namespace Linnet.Tests.Sources.Capture;

public class CaptureRingTests
{
    private readonly float[] _room = new float[200];

    [Fact]
    public void Frames_are_read_in_order_whatever_the_block_size()
    {
        using var ring = new CaptureRing(capacity: 50, channels: 2);
        var random = new Random(5);
        int written = 0;
        int read = 0;
        while (read < 10_000)
        {
            float[] piece = [.. Enumerable.Range(written, 2 * random.Next(1, 50 - ((written - read) / 2))).Select(i => (float)i)];
            ring.Write(piece);
            written += piece.Length;
            while (written - read > 2 * random.Next(0, 48))
            {
                int frames = ring.Read(_room.AsSpan(0, 2 * random.Next(1, 30)), out bool lost, TestContext.Current.CancellationToken);
                Assert.False(lost);
                for (int i = 0; i < frames * 2; i++)
                {
                    Assert.Equal(read++, _room[i]);
                }
            }
        }
    }

    [Fact]
    public void A_device_that_stops_sending_fails()
    {
        using var ring = new CaptureRing(100, 1, TimeSpan.FromMilliseconds(1));
        ring.Write(new float[10]);
        Assert.Equal(10, ring.Read(_room, out _, TestContext.Current.CancellationToken));

        IOException e = Assert.Throws<IOException>(() => ring.Read(_room, out _, TestContext.Current.CancellationToken));
        Assert.Equal("The device has sent no audio for 0.001 s.", e.Message);
    }

    [Fact]
    public void A_late_reader_skips_to_current_sound_and_gets_the_loss()
    {
        using var ring = new CaptureRing(capacity: 4, channels: 1);
        ring.Write([1, 2, 3]);
        ring.Write([4, 5]);

        Assert.Equal(2, ring.Read(_room, out bool lost, TestContext.Current.CancellationToken));
        Assert.True(lost);
        Assert.Equal([4f, 5f], _room[..2]);

        ring.Write([6]);
        Assert.Equal(1, ring.Read(_room, out lost, TestContext.Current.CancellationToken));
        Assert.False(lost);
    }

    [Fact]
    public void A_block_larger_than_the_ring_leaves_the_newest_frames()
    {
        using var ring = new CaptureRing(capacity: 4, channels: 1);
        ring.Write([1, 2, 3, 4, 5, 6]);

        Assert.Equal(2, ring.Read(_room, out bool lost, TestContext.Current.CancellationToken));
        Assert.True(lost);
        Assert.Equal([5f, 6f], _room[..2]);
    }

    [Fact]
    public void A_loss_by_the_device_is_reported()
    {
        using var ring = new CaptureRing(capacity: 4, channels: 1);
        ring.Lose();
        ring.Write([1]);

        ring.Read(_room, out bool lost, TestContext.Current.CancellationToken);

        Assert.True(lost);
    }

    [Fact]
    public void Silence_has_its_duration()
    {
        using var ring = new CaptureRing(capacity: 4, channels: 2);
        ring.Write([1, 2, 3, 4, 5, 6]);
        ring.Read(_room, out _, TestContext.Current.CancellationToken);
        ring.WriteSilence(3);
        ring.Write([7, 8]);

        Assert.Equal(4, ring.Read(_room, out _, TestContext.Current.CancellationToken));
        Assert.Equal([0f, 0f, 0f, 0f, 0f, 0f, 7f, 8f], _room[..8]);
    }

    [Fact]
    public void The_end_comes_after_everything_recorded()
    {
        using var ring = new CaptureRing(capacity: 4, channels: 1);
        ring.Write([1]);
        ring.End(new IOException("The device is gone."));

        Assert.Equal(1, ring.Read(_room, out _, TestContext.Current.CancellationToken));
        IOException e = Assert.Throws<IOException>(() => ring.Read(_room, out _, TestContext.Current.CancellationToken));
        Assert.Equal("The device is gone.", e.Message);
    }

    [Fact]
    public async Task A_reader_waits_until_sound_arrives()
    {
        using var ring = new CaptureRing(capacity: 10, channels: 1);
        using var room = new SemaphoreSlim(10);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 10_000; i++)
                {
                    await room.WaitAsync(TestContext.Current.CancellationToken);
                    ring.Write([i]);
                }
            },
            TestContext.Current.CancellationToken);

        for (int i = 0; i < 10_000; i++)
        {
            Assert.Equal(1, ring.Read(_room.AsSpan(0, 1), out bool lost, TestContext.Current.CancellationToken));
            Assert.False(lost);
            Assert.Equal(i, _room[0]);
            room.Release();
        }

        await writing;
    }

    [Fact]
    public void A_wait_can_be_cancelled()
    {
        using var ring = new CaptureRing(capacity: 4, channels: 1);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => ring.Read(_room, out _, stop.Token));
    }
}
