using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class FormatConverterTests
{
    public static TheoryData<int, int, int, int> Formats => new()
    {
        { 48_000, 2, 48_000, 2 }, { 48_000, 2, 48_000, 1 }, { 44_100, 1, 48_000, 2 }, { 48_000, 2, 44_100, 2 }, { 8_000, 6, 96_000, 2 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void It_maps_the_channels_and_then_the_rate_however_the_sound_is_cut(int fromRate, int fromChannels, int toRate, int toChannels)
    {
        (AudioFormat from, AudioFormat to) = (new(fromRate, fromChannels), new(toRate, toChannels));
        float[] input = Signals.Sine(440, fromRate, 5000 * fromChannels);

        float[] whole = Convert(new FormatConverter(from, to), input, input.Length, 1 << 16);

        Assert.Equal(Expected(input, from, to), whole);
        Assert.Equal(whole, Convert(new FormatConverter(from, to), input, 7 * fromChannels, 64));
        Assert.Equal(whole, Convert(new FormatConverter(from, to), input, 2048 * fromChannels, 1));
    }

    [Fact]
    public void It_takes_no_more_input_than_its_output_needs()
    {
        (AudioFormat from, AudioFormat to) = (new(48_000, 1), new(44_100, 2));
        var converter = new FormatConverter(from, to);
        var resampler = new Resampler(48_000, 44_100, 2);

        converter.Process(new float[5000], new float[2 * 100], out int consumed, out int written);

        Assert.Equal((resampler.InputFramesFor(100), 100), (consumed, written));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void One_call_takes_all_the_input_for_which_there_is_room(int fromRate, int fromChannels, int toRate, int toChannels)
    {
        var converter = new FormatConverter(new AudioFormat(fromRate, fromChannels), new AudioFormat(toRate, toChannels));

        converter.Process(new float[5000 * fromChannels], new float[100_000 * toChannels], out int consumed, out _);

        Assert.Equal(5000, consumed);
    }

    [Fact]
    public void At_equal_rates_no_sound_is_held_back_and_a_partial_frame_is_ignored()
    {
        var converter = new FormatConverter(new AudioFormat(48_000, 2), new AudioFormat(48_000, 1), startPosition: 123);
        float[] output = new float[8];

        converter.Process([0.25f, 0.75f, 0.5f], output, out int consumed, out int written);

        Assert.Equal((1, 1, 123L), (consumed, written, converter.OutputPosition));
        Assert.Equal(0.5f, output[0]);
        Assert.Equal(0, converter.Flush(output));
    }

    [Fact]
    public void The_first_position_of_the_output_is_that_of_the_resampler() =>
        Assert.Equal(
            new Resampler(44_100, 48_000, 1, startPosition: 1000).OutputPosition,
            new FormatConverter(new AudioFormat(44_100, 1), new AudioFormat(48_000, 1), 1000).OutputPosition);

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    public void The_gain_ramps_over_each_frame_once_however_the_sound_is_cut(int toRate)
    {
        (AudioFormat from, AudioFormat to) = (new(48_000, 1), new(toRate, 1));
        float[] input = Signals.Sine(440, 48_000, 5000);
        float[] louder = [.. input];
        Ramp().Apply(louder);

        float[] output = Convert(new FormatConverter(from, to, 0, Ramp()), input, 97, 31);

        Assert.Equal(Expected(louder, from, to), output);

        Gain Ramp() => new(from, 1) { Target = 0.25f };
    }

    private static float[] Expected(float[] input, AudioFormat from, AudioFormat to)
    {
        var map = new ChannelMap(from.Channels, to.Channels);
        float[] mapped = new float[input.Length / from.Channels * to.Channels];
        map.Apply(input, mapped);
        if (from.SampleRate == to.SampleRate)
        {
            return mapped;
        }

        var resampler = new Resampler(from.SampleRate, to.SampleRate, to.Channels);
        float[] output = new float[(mapped.Length / to.Channels * to.SampleRate / from.SampleRate * to.Channels) + 4096];
        resampler.Process(mapped, output, out _, out int written);
        written += resampler.Flush(output.AsSpan(written * to.Channels));
        return output[..(written * to.Channels)];
    }

    private static float[] Convert(FormatConverter converter, ReadOnlySpan<float> input, int piece, int room)
    {
        var output = new List<float>();
        float[] made = new float[room * converter.To.Channels];
        while (!input.IsEmpty)
        {
            ReadOnlySpan<float> next = input[..Math.Min(piece, input.Length)];
            converter.Process(next, made, out int consumed, out int written);
            output.AddRange(made.AsSpan(0, written * converter.To.Channels));
            input = input[(consumed * converter.From.Channels)..];
        }

        while (converter.Flush(made) is > 0 and int rest)
        {
            output.AddRange(made.AsSpan(0, rest * converter.To.Channels));
        }

        return [.. output];
    }
}
