using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

/// <summary>Sources that give no sound but anything: the station plays on and every encoder gets numbers.</summary>
public class WildSourceTests
{
    private static readonly AudioFormat Format = new(44_100, 2);

    [Theory]
    [InlineData("mp3")]
    [InlineData("opus")]
    [InlineData("flac")]
    [InlineData("wav")]
    public void A_source_may_give_anything(string rendition)
    {
        StreamRun run = StreamRun.Of(new WildSource(2 * Format.SampleRate), rendition);

        Assert.InRange(run.Packets.Sum(p => p.Frames), 1.9 * 44_100, 2.3 * 48_000);
    }

    [Fact]
    public void Levels_are_numbers_and_valid_sound_next_to_invalid_samples_is_exact()
    {
        using var engine = new Station(
            new StationOptions { Name = "wild", StartAtOnce = true, EncodeAhead = TimeSpan.FromSeconds(1) }, new WildSource(4410),
            new SteppedTime(), NullLogger.Instance);
        engine.Step(TestContext.Current.CancellationToken);

        Assert.All(engine.GetSnapshot().Levels, level => Assert.InRange(level, 0.5f, 16));
    }

    [Fact]
    public void A_push_may_hold_anything()
    {
        var buffer = new IngestBuffer("live", new IngestOptions(), Format);
        Assert.True(buffer.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(new StreamFormat(Format, 0, StreamCodec.Pcm, 0, []));
        writer.OnPacket([], [0.25f, float.NaN, 1e6f, float.NegativeInfinity]);
        writer.OnFormat(new StreamFormat(Format with { SampleRate = 48_000 }, 0, StreamCodec.Pcm, 0, []));
        writer.OnPacket([], [.. Enumerable.Repeat(float.MaxValue, 4000), .. Enumerable.Repeat(float.NaN, 4000)]);
        writer.Dispose();
        float[] pcm = new float[20_000];
        int frames = buffer.Read(pcm, [], out _, out _);

        Assert.Equal([0.25f, 0, 16, -16], pcm[..4]);
        Assert.InRange(frames, 3600, 3700);
        Assert.All(pcm[..(2 * frames)], sample => Assert.InRange(sample, -40, 40));
    }

    private sealed class WildSource(int length) : IAudioSource
    {
        private static readonly float[] Values = [0.5f, 1e6f, -0.25f, float.NaN, float.MaxValue, float.NegativeInfinity, -1e6f];

        private int _position;

        public AudioFormat Format => WildSourceTests.Format;

        public int BitDepth => 16;

        public bool IsLive => false;

        public TimeSpan? Duration => null;

        public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
        {
            int frames = Math.Min(pcm.Length / 2, length - _position);
            for (int i = 0; i < 2 * frames; i++)
            {
                pcm[i] = Values[(_position + i) / 50 % Values.Length];
            }

            _position += frames;
            return new SourceRead(frames);
        }

        public void Dispose()
        {
        }
    }
}
