using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Tests.Sources;

public class PcmBufferTests
{
    private readonly float[] _room = new float[200];

    [Fact]
    public void Frames_are_read_in_order_whatever_the_block_size()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 2), capacity: 50);
        var random = new Random(5);
        int written = 0;
        int read = 0;
        while (read < 10_000)
        {
            float[] block = [.. Enumerable.Range(written, 2 * random.Next(1, 50 - ((written - read) / 2))).Select(i => (float)i)];
            buffer.Push(block);
            written += block.Length;
            while (written - read > 2 * random.Next(0, 48))
            {
                Assert.True(buffer.TryRead(_room.AsSpan(0, 2 * random.Next(1, 30)), out SourceRead piece));
                Assert.False(piece.Discontinuity);
                for (int i = 0; i < piece.Frames * 2; i++)
                {
                    Assert.Equal(read++, _room[i]);
                }
            }
        }
    }

    [Fact]
    public void A_late_reader_loses_the_oldest_frames_and_is_told_so()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 1), capacity: 4);
        buffer.Push([1, 2, 3]);
        buffer.Push([4, 5]);

        AssertHolds(buffer, [2f, 3, 4, 5], isBroken: true);

        buffer.Push([6]);
        AssertHolds(buffer, [6f], isBroken: false);
    }

    [Fact]
    public void Of_a_block_larger_than_the_buffer_the_newest_frames_remain()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 1), capacity: 4);
        buffer.Push([-1, 0]);
        buffer.Push([1, 2, 3, 4, 5, 6]);

        AssertHolds(buffer, [3f, 4, 5, 6], isBroken: true);
    }

    [Fact]
    public void A_writer_that_may_not_drop_anything_adds_what_fits()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 2), capacity: 3);

        Assert.Equal(3, buffer.Append([1, 2, 3, 4, 5, 6, 7, 8]));
        Task room = buffer.WaitForRoom();
        Assert.False(room.IsCompleted);
        Assert.Equal(0, buffer.Append([7, 8]));

        Assert.True(buffer.TryRead(_room.AsSpan(0, 2), out SourceRead read));
        Assert.Equal((1, false), (read.Frames, read.Discontinuity));
        Assert.True(room.IsCompleted);
        Assert.Equal(1, buffer.Append([7, 8]));
        AssertHolds(buffer, [3f, 4, 5, 6, 7, 8], isBroken: false);
    }

    [Fact]
    public void A_read_ends_where_the_next_title_begins()
    {
        using var buffer = new PcmBuffer(new AudioFormat(2000, 1), capacity: 5000);
        buffer.SetTrack(new TrackInfo("first"));
        buffer.Push(new float[2500]);
        buffer.SetTrack(new TrackInfo("second"));
        buffer.Push(new float[10]);

        float[] room = new float[5000];
        Assert.True(buffer.TryRead(room, out SourceRead first));
        Assert.True(buffer.TryRead(room, out SourceRead second));

        Assert.Equal((2500, "first"), (first.Frames, first.Track?.Title));
        Assert.Equal((10, "second"), (second.Frames, second.Track?.Title));
    }

    [Fact]
    public void Sound_that_is_dropped_takes_its_titles_with_it_and_the_latest_applies_to_what_follows()
    {
        using var buffer = new PcmBuffer(new AudioFormat(2000, 1), capacity: 500_000);
        for (int i = 0; i < 70; i++)
        {
            buffer.SetTrack(new TrackInfo($"{i}"));
            buffer.Push(new float[2000]);
        }

        buffer.Clear();
        buffer.Push([1]);

        Assert.True(buffer.TryRead(_room, out SourceRead read));
        Assert.Equal((1, "69"), (read.Frames, read.Track?.Title));
    }

    [Fact]
    public void A_loss_is_reported_with_the_first_frame_after_it()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 1), capacity: 4);
        buffer.Push([1, 2]);
        buffer.Lose();
        buffer.Push([3]);

        Assert.True(buffer.TryRead(_room, out SourceRead before));
        Assert.True(buffer.TryRead(_room, out SourceRead after));

        Assert.Equal((2, false), (before.Frames, before.Discontinuity));
        Assert.Equal((1, true), (after.Frames, after.Discontinuity));
    }

    [Fact]
    public void A_loss_by_the_device_is_reported()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 1), capacity: 4);
        buffer.Lose();
        buffer.Push([1]);

        AssertHolds(buffer, [1f], isBroken: true);
    }

    [Fact]
    public void Silence_has_its_duration()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 2), capacity: 4);
        buffer.Push([1, 2, 3, 4, 5, 6]);
        AssertHolds(buffer, [1, 2, 3, 4, 5, 6], isBroken: false);
        buffer.PushSilence(3);
        buffer.Push([7, 8]);

        AssertHolds(buffer, [0f, 0, 0, 0, 0, 0, 7, 8], isBroken: false);
    }

    [Fact]
    public void The_end_comes_after_everything_recorded()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 1), capacity: 4);
        buffer.Push([1]);
        buffer.End(new IOException("The device is gone."));

        AssertHolds(buffer, [1f], isBroken: false);
        IOException e = Assert.Throws<IOException>(() => buffer.TryRead(_room, out _));
        Assert.Equal("The device is gone.", e.Message);
    }

    [Fact]
    public async Task A_reader_waits_until_sound_arrives()
    {
        using var buffer = new PcmBuffer(new AudioFormat(8000, 1), capacity: 10);
        using var room = new SemaphoreSlim(10);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 10_000; i++)
                {
                    await room.WaitAsync(TestContext.Current.CancellationToken);
                    buffer.Push([i]);
                }
            },
            TestContext.Current.CancellationToken);

        for (int i = 0; i < 10_000; i++)
        {
            SourceRead read;
            while (!buffer.TryRead(_room.AsSpan(0, 1), out read))
            {
                Assert.True(buffer.WaitForSound(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            }

            Assert.Equal((1, false, i), (read.Frames, read.Discontinuity, _room[0]));
            room.Release();
        }

        await writing;
    }

    private void AssertHolds(PcmBuffer buffer, float[] sound, bool isBroken)
    {
        Array.Fill(_room, float.NaN);
        Assert.True(buffer.TryRead(_room, out SourceRead read));
        Assert.Equal(sound, _room.TakeWhile(static sample => !float.IsNaN(sample)));
        Assert.Equal(isBroken, read.Discontinuity);
        Assert.Equal(0, buffer.Frames);
    }
}
