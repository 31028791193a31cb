using Linnet.Audio;
using Linnet.Sources.Capture;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Sources.Capture;

public class LoopbackSilenceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void An_output_on_which_nothing_plays_gives_silence_at_the_pace_of_the_clock()
    {
        var silence = new LoopbackSilence(new AudioFormat(44_100, 2), _time);
        int frames = 0;
        for (int i = 0; i < 500; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            frames += silence.Take();
        }

        Assert.InRange(frames, (44_100 * 10) - 1, 44_100 * 10);
    }

    [Fact]
    public void Sound_that_is_a_little_late_is_not_taken_for_silence()
    {
        var silence = new LoopbackSilence(new AudioFormat(48_000, 2), _time);
        int frames = 0;
        for (int i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(90));
            frames += silence.Take();
            silence.OnSound();
        }

        Assert.Equal(0, frames);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(14 * 3600)]
    public void After_a_long_pause_a_second_of_silence_is_enough(int seconds)
    {
        var silence = new LoopbackSilence(new AudioFormat(48_000, 2), _time);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(48_000, silence.Take());
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(960, silence.Take());
    }

    [Fact]
    public void After_sound_the_silence_counts_from_its_end()
    {
        var silence = new LoopbackSilence(new AudioFormat(48_000, 2), _time);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(48_000, silence.Take());
        _time.Advance(TimeSpan.FromMilliseconds(50));
        silence.OnSound();
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, silence.Take());
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(7200, silence.Take());
    }
}
