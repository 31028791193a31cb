using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Relay.Filling;
using Linnet.Sources;
using Linnet.Tests.Audio;
using Linnet.Wire.Flac;

namespace Linnet.Tests.Relay.Filling;

public class FillerTests
{
    // −60 dBFS.
    private const float Quiet = 0.001f;

    // Where packets overlap, half of what a packet says of the overlap is missing at each end of the silence.
    internal const float MostStep = 1.2f;

    // Decoders of MP3 and AAC overlap the sound of two packets; of Vorbis half of one.
    private const int Overlap = 1200;

    [Theory]
    [InlineData("pcm", 48_000, 2)]
    [InlineData("l24", 44_100, 2)]
    [InlineData("wav", 44_100, 1)]
    [InlineData("flac", 48_000, 2)]
    [InlineData("flac", 44_100, 1)]
    [InlineData("opus", 48_000, 2)]
    [InlineData("opus-5ms", 48_000, 1)]
    [InlineData("mp3", 44_100, 2)]
    [InlineData("mp3-64", 48_000, 1)]
    [InlineData("mp3", 22_050, 2)]
    [InlineData("aac", 48_000, 2)]
    [InlineData("aac", 44_100, 1)]
    [InlineData("ogg", 48_000, 2)]
    public void Silence_stands_exactly_between_the_sound_before_it_and_the_sound_after_it_and_nothing_clicks(
        string rendition, int sampleRate, int channels)
    {
        var tone = EncodedTone.Of(rendition, sampleRate, channels);
        (int away, int back) = (tone.Packets.Length / 3, tone.Packets.Length * 2 / 3);

        List<FilledPacket> heard = Fill(tone, away, ref back);

        float[] whole = Signals.Channel(tone.Decode([.. tone.Packets.Select(static p => p.Payload)]), 0, tone.Channels);
        float[] filled = Signals.Channel(tone.Decode([.. heard.Select(static p => p.Payload)]), 0, tone.Channels);
        int start = (int)(tone.Packets[away].Position - tone.Packets[0].Position);
        int end = (int)(tone.Packets[back].Position - tone.Packets[0].Position);
        int overlap = start + (tone.Info.Delay == 0 && rendition != "ogg" ? sampleRate / 200 : Overlap);
        Assert.InRange(start, sampleRate / 3, sampleRate);
        Assert.Equal(whole.Length, filled.Length);
        Assert.Equal(whole[..start], filled[..start]);
        int ramp = tone.Info.Delay == 0 && rendition != "ogg" ? sampleRate / 200 : 0;
        Assert.All(filled[overlap..(end - ramp)], static sample => Assert.InRange(sample, -Quiet, Quiet));
        Assert.InRange(Signals.GreatestStep(filled), 0, (ramp > 0 ? 1 : MostStep) * Signals.GreatestStep(whole));

        // Opus fades in: its packets give loudness as a change, and a decoder forgets what was before only bit by bit.
        int settled = end + (ramp > 0 ? 0 : sampleRate / 4);
        Assert.All(whole[settled..].Zip(filled[settled..]), static pair => Assert.Equal(pair.First, pair.Second, 0.002f));
    }

    [Theory]
    [InlineData("wav")]
    [InlineData("flac")]
    [InlineData("opus")]
    [InlineData("mp3")]
    [InlineData("ogg")]
    public void The_packets_after_any_absence_begin_where_the_silence_ends(string rendition)
    {
        // Bursts, at which Vorbis changes to short blocks and back.
        var format = new AudioFormat(48_000, 2);
        float[] sound = Signals.Noise(format.SampleRate * 2, amplitude: 0.001f);
        for (int at = 0; at + 200 < sound.Length; at += 9_000)
        {
            Signals.Noise(200, seed: at).CopyTo(sound, at);
        }

        var bursts = EncodedTone.Of(rendition, sound, format);
        for (int away = 4; away < bursts.Packets.Length - 8; away += 3)
        {
            for (int back = away + 1; back < bursts.Packets.Length - 4; back += 2)
            {
                int first = back;
                List<FilledPacket> heard = Fill(bursts, away, ref first);

                Assert.InRange(first - back, 0, rendition == "mp3" ? 3 : 0);
                Assert.All(heard.Zip(heard.Skip(1)),
                    static pair => Assert.Equal(pair.First.Position + pair.First.Frames, pair.Second.Position));
            }
        }
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("mp3-64")]
    public void Frames_of_MP3_that_need_bytes_of_frames_before_them_are_silent_after_an_absence(string rendition)
    {
        // Tones with loud beginnings: the encoder saves bits for them.
        var format = new AudioFormat(48_000, 2);
        float[] sound = Signals.Sine(440, format.SampleRate, format.SampleRate * 2, 2, 0.25);
        for (int at = 0; at < sound.Length; at++)
        {
            sound[at] *= MathF.Exp(-(at % 24_000) / 6_000f);
        }

        var music = EncodedTone.Of(rendition, sound, format);
        float[] whole = Signals.Channel(music.Decode([.. music.Packets.Select(static p => p.Payload)]), 0, 2);
        int silenced = 0;
        for (int back = 30; back < 60; back += 2)
        {
            int first = back;
            List<FilledPacket> heard = Fill(music, 20, ref first);

            float[] filled = Signals.Channel(music.Decode([.. heard.Select(static p => p.Payload)]), 0, 2);
            (int start, int end) = (20 * 1152, first * 1152);
            Assert.All(filled[(start + Overlap)..end], static sample => Assert.InRange(sample, -Quiet, Quiet));
            Assert.Equal(whole[(end + Overlap)..], filled[(end + Overlap)..]);
            silenced += first - back;
        }

        Assert.InRange(silenced, 10, 100);
    }

    [Fact]
    public void Packets_of_PCM_are_shorter_where_another_origin_counts_otherwise()
    {
        var tone = EncodedTone.Of("pcm");
        PacketItem next = tone.Packets[20];
        var moved = new PacketItem(null, 0, next.Position + 7, next.Frames, false, 0, next.Payload.Span);
        Filler filler = Create(tone, 10);

        var frames = new List<int>();
        while (filler.TryNext(moved, out FilledPacket packet))
        {
            frames.Add(packet.Frames);
        }

        Assert.Equal(moved.Position, filler.Position);
        Assert.Equal([.. Enumerable.Repeat(tone.Info.FramesPerPacket, 10), 7], frames);
    }

    [Fact]
    public void A_packet_that_begins_before_the_silence_ends_is_too_late()
    {
        var tone = EncodedTone.Of("opus");
        Filler filler = Create(tone, 10);
        Assert.True(filler.TryNext(null, out _));

        Assert.False(filler.TryNext(tone.Packets[10], out _));
        Assert.False(filler.TryNext(tone.Packets[11], out _));
        Assert.Equal(tone.Packets[11].Position, filler.Position);
        Assert.True(filler.TryNext(tone.Packets[12], out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frames_of_FLAC_go_on_counting(bool hasFallback)
    {
        var tone = EncodedTone.Of("flac", seconds: 14);
        int back = 150;

        List<FilledPacket> heard = Fill(tone, 10, ref back, hasFallback ? new ToneSource() : null);

        Assert.True(FlacStreamInfo.TryParse(tone.Info.Headers[0].Span[FlacBlockHeader.Length..], out FlacStreamInfo? info));
        for (int i = 0; i < heard.Count; i++)
        {
            Assert.True(FlacFrameHeader.TryParse(heard[i].Payload.Span, info, out FlacFrameHeader header));
            Assert.Equal(i, header.Number);
            Assert.Equal(0, FlacSums.Append(0, heard[i].Payload.Span));
        }
    }

    /// <summary>
    /// The packets before the origin goes away, the filler's, and those after it came back: <paramref name="back"/> and on.
    /// </summary>
    internal static List<FilledPacket> Fill(EncodedTone tone, int away, ref int back, IAudioSource? fallback = null)
    {
        using Filler filler = Create(tone, away);
        if (fallback is not null)
        {
            filler.Play(fallback);
        }

        List<FilledPacket> heard = [.. tone.Packets[..away].Select(Of)];
        while (true)
        {
            // An edge knows 100 ms ahead where it is not for HTTP, else seconds.
            int ahead = tone.Info.Payload.ClockRate / (tone.Info.IsRtp ? 10 : 1);
            bool isKnown = tone.Packets[back].Position <= filler.Position + ahead;
            if (!filler.TryNext(isKnown ? tone.Packets[back] : null, out FilledPacket packet))
            {
                break;
            }

            heard.Add(packet);
            back += packet.Position == tone.Packets[back].Position ? 1 : 0;
        }

        Assert.Equal(tone.Packets[back].Position, filler.Position);
        Assert.Null(filler.FallbackProblem);
        heard.AddRange(tone.Packets[back..].Select(Of));
        return heard;
    }

    internal static Filler Create(EncodedTone tone, int away)
    {
        PacketItem last = tone.Packets[away - 1];
        Assert.True(Filler.TryCreate(tone.Info, tone.Info.Headers, last, out Filler? filler, out string? problem), problem);
        return filler;
    }

    private static FilledPacket Of(PacketItem packet) => new(packet.Position, packet.Frames, packet.Payload);
}
