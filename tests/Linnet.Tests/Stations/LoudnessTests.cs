using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Tests.Audio;
using Linnet.Tests.Codecs;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Stations;

public class LoudnessTests
{
    private const int Second = 48_000;

    private static readonly TrackInfo Loud = new("loud") { Loudness = new ReplayGain(TrackGain: -12.0412f, TrackPeak: 1) };

    [Fact]
    public void MP3_is_normalized_from_the_first_frame_of_a_track()
    {
        short[] source = Samples(StreamRun.Of(Source(), "wav").Bytes);
        StreamRun run = StreamRun.Of(Source(), "mp3", o => o with { Loudness = LoudnessMode.Lossy });

        float[] decoded = Encoded.Decode(run.Bytes)[-(int)run.Packets[0].Position..];

        Assert.Equal(1, LevelOf(0, Second), 0.1);
        Assert.Equal(0.25, LevelOf(Second + 2000, 2 * Second), 0.025);
        Assert.Equal(0.25, LevelOf(Second + 2000, Second + 6000), 0.06);
        Assert.Equal(1, LevelOf(Second - 6000, Second - 600), 0.2);

        double LevelOf(int from, int to) =>
            Signals.Rms(decoded.AsSpan(from, to - from)) / Signals.Rms([.. source[from..to].Select(static s => s / 32768f)]);
    }

    [Fact]
    public void Lossless_renditions_stay_exact_by_default()
    {
        byte[] plain = StreamRun.Of(Source(), "wav").Bytes;

        Assert.Equal(plain, StreamRun.Of(Source(), "wav", o => o with { Loudness = LoudnessMode.Lossy }).Bytes);

        short[] even = Samples(StreamRun.Of(Source(), "wav", o => o with { Loudness = LoudnessMode.All }).Bytes);
        short[] before = Samples(plain);
        Assert.Equal(before[..Second], even[..Second]);
        for (int i = Second + 960; i < 2 * Second; i++)
        {
            Assert.InRange(even[i] - (before[i] / 4.0), -0.6, 0.6);
        }
    }

    [Fact]
    public void A_rendition_that_starts_later_knows_earlier_titles_and_their_loudness()
    {
        // It is started when the station has played 2.5 s, and begins 2 s before: in the first track.
        var source = new RampSource(new AudioFormat(Second, 1), 4 * Second) { Tracks = { [0] = new TrackInfo("plain"), [Second] = Loud } };
        var time = new SteppedTime();
        using var engine = new Station(
            new StationOptions { Name = "jazz", StartAtOnce = true, Loudness = LoudnessMode.All },
            source,
            time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        for (long end = time.Now + 2_500_000_000; time.Now < end;)
        {
            time.Now = Math.Min(end, engine.Step(TestContext.Current.CancellationToken));
        }

        var wav = StreamRun.Find(engine, "wav");
        Assert.True(wav.TryOpen(new RingRequest(TimeSpan.FromSeconds(2)), out _, out _));
        engine.Step(TestContext.Current.CancellationToken);

        var items = StreamRun.ItemsOf(wav);
        Assert.Equal(["plain", "loud"], items.OfType<TitleItem>().Select(static t => t.Track.Title));
        Assert.InRange(items[0].Position, (Second / 2) - 480, Second / 2);
        Assert.Equal(Second, items.OfType<TitleItem>().Last().Position);
        PacketItem first = items.OfType<PacketItem>().First();
        Assert.Equal(RampSource.SampleAt(first.Position, 0), MemoryMarshal.Cast<byte, short>(first.Payload.Span)[0]);
        PacketItem last = items.OfType<PacketItem>().Last();
        Assert.InRange(MemoryMarshal.Cast<byte, short>(last.Payload.Span)[0] - (RampSource.SampleAt(last.Position, 0) / 4.0), -0.6, 0.6);
    }

    private static RampSource Source() =>
        new(new AudioFormat(Second, 1), 2 * Second) { Tracks = { [0] = new TrackInfo("plain"), [Second] = Loud } };

    private static short[] Samples(byte[] wav) => MemoryMarshal.Cast<byte, short>(wav.AsSpan(wav.Length - (2 * Second * 2))).ToArray();
}
