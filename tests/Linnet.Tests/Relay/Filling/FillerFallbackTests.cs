using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs.Ffmpeg;
using Linnet.Relay.Filling;
using Linnet.Sources;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Relay.Filling;

public class FillerFallbackTests
{
    [Theory]
    [InlineData("pcm", 48_000, 2)]
    [InlineData("wav", 44_100, 1)]
    [InlineData("flac", 48_000, 2)]
    [InlineData("opus", 48_000, 2)]
    [InlineData("opus-5ms", 48_000, 1)]
    [InlineData("mp3", 44_100, 2)]
    public void A_fallback_is_heard_between_the_sound_before_it_and_the_sound_after_it_and_nothing_clicks(
        string rendition, int sampleRate, int channels)
    {
        var tone = EncodedTone.Of(rendition, sampleRate, channels, seconds: 3);
        (int away, int back) = (tone.Packets.Length / 3, tone.Packets.Length * 2 / 3);

        List<FilledPacket> heard = FillerTests.Fill(tone, away, ref back, new ToneSource(1000));

        float[] whole = Signals.Channel(tone.Decode([.. tone.Packets.Select(static p => p.Payload)]), 0, tone.Channels);
        var format = new AudioFormat(sampleRate, channels);
        float[] other = Signals.Sine(1000, sampleRate, sampleRate * 3, channels, ToneSource.Peak);
        float[] fallback = Signals.Channel(
            tone.Decode([.. EncodedTone.Of(rendition, other, format).Packets.Select(static p => p.Payload)]), 0, tone.Channels);
        float[] filled = Signals.Channel(tone.Decode([.. heard.Select(static p => p.Payload)]), 0, tone.Channels);
        int start = (int)(tone.Packets[away].Position - tone.Packets[0].Position);
        int end = (int)(tone.Packets[back].Position - tone.Packets[0].Position);
        Assert.Equal(whole.Length, filled.Length);
        Assert.Equal(whole[..start], filled[..start]);
        Range middle = (start + (sampleRate / 4))..(end - (sampleRate / 3));
        Assert.Equal(Signals.Rms(fallback.AsSpan(middle)), Signals.Rms(filled.AsSpan(middle)), 0.004);
        float step = Math.Max(Signals.GreatestStep(whole), Signals.GreatestStep(fallback));
        Assert.InRange(Signals.GreatestStep(filled), 0, FillerTests.MostStep * step);
        int settled = end + (sampleRate / 4);
        Assert.All(whole[settled..].Zip(filled[settled..]), static pair => Assert.Equal(pair.First, pair.Second, 0.002f));
    }

    [Fact]
    public async Task A_fallback_in_AAC_is_heard_when_its_process_has_started()
    {
        Assert.SkipUnless(FfmpegProcess.IsInstalled, "needs ffmpeg");
        var tone = EncodedTone.Of("aac", seconds: 1);
        using Filler filler = FillerTests.Create(tone, 20);
        filler.Play(new ToneSource());
        var packets = new List<FilledPacket>();

        await Until.TrueAsync(() =>
        {
            Assert.True(filler.TryNext(null, out FilledPacket packet));
            packets.Add(packet);
            return packets.Count(static p => p.Payload.Length > 50) == 5;
        });

        Assert.Null(filler.FallbackProblem);
        Assert.Equal(7, packets[0].Payload.Length);
        Assert.All(packets.Zip(packets.Skip(1)), static pair => Assert.Equal(pair.First.Position + 1024, pair.Second.Position));
    }

    [Fact]
    public void There_is_silence_in_place_of_a_fallback_that_fails()
    {
        var tone = EncodedTone.Of("pcm");
        using Filler filler = FillerTests.Create(tone, 20);
        var fallback = new FailingSource(goodReads: 2);

        filler.Play(fallback);
        List<float> heard = [];
        for (int i = 0; i < 40; i++)
        {
            Assert.True(filler.TryNext(null, out FilledPacket packet));
            Assert.Equal(tone.Packets[20 + i].Position, packet.Position);
            heard.AddRange(tone.Decode([packet.Payload]));
        }

        Assert.Equal("The disk is on fire.", filler.FallbackProblem);
        Assert.Equal(1, fallback.Disposals);
        int full = heard.IndexOf(0.5f);
        Assert.InRange(full, 2 * 960, 2 * 4_800);
        Assert.InRange(Signals.GreatestStep(Signals.Channel([.. heard[..(full + 2)]], 0, 2)), 0.0001f, 0.01f);
        Assert.All(heard[^4_000..], static sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void There_is_silence_in_place_of_a_fallback_that_cannot_be_encoded()
    {
        var tone = EncodedTone.Of("opus");
        Assert.True(Filler.TryCreate(tone.Info with { BitRate = 1 }, [], tone.Packets[20], out Filler? filler, out _));
        var fallback = new FailingSource(goodReads: 0);

        filler.Play(fallback);

        Assert.Contains("bits per second", filler.FallbackProblem, StringComparison.Ordinal);
        Assert.Equal(1, fallback.Disposals);
        Assert.True(filler.TryNext(null, out FilledPacket packet));
        Assert.Equal(3, packet.Payload.Length);
        filler.Dispose();
    }

    private sealed class FailingSource(int goodReads) : IAudioSource
    {
        private int _reads;

        public AudioFormat Format { get; } = new(48_000, 2);

        public int Disposals { get; private set; }

        public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
        {
            pcm.Fill(0.5f);
            return _reads++ < goodReads ? new SourceRead(pcm.Length / 2) : throw new IOException("The disk is on fire.");
        }

        public void Dispose() => Disposals++;
    }
}
