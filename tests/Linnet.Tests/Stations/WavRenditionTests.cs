using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Wire.Wav;

namespace Linnet.Tests.Stations;

public class WavRenditionTests
{
    [Theory]
    [InlineData(44_100, 2)]
    [InlineData(8_000, 1)]
    [InlineData(96_000, 8)]
    public void A_WAV_stream_holds_every_sample_from_the_first_to_the_last(int rate, int channels)
    {
        const int Frames = 12_345;
        var source = new RampSource(new AudioFormat(rate, channels), Frames);

        StreamRun run = StreamRun.Of(source, "wav");

        var header = new WavHeader(new RawPcmFormat(SampleEncoding.S16LE, source.Format), DataLength: null);
        byte[] expected = new byte[header.Length + (Frames * channels * 2)];
        header.Write(expected);
        for (int i = 0; i < Frames * channels; i++)
        {
            BitConverter.TryWriteBytes(expected.AsSpan(header.Length + (2 * i)), RampSource.SampleAt(i / channels, i % channels));
        }

        Assert.Equal(expected, run.Bytes);
        Assert.Equal(("wav", "audio/wav"), (run.Ring.Info.StreamType!.Extension, run.Ring.Info.StreamType.ContentType));
    }

    [Fact]
    public void A_rendition_begins_with_its_format_and_its_title_and_the_ring_knows_both_later()
    {
        var track = new TrackInfo("one");
        StreamRun run = StreamRun.Of(new RampSource(new AudioFormat(8_000, 1), 8_000) { Tracks = { [0] = track } }, "wav");

        Assert.IsType<DiscontinuityItem>(run.Items[0]);
        Assert.Empty(Assert.IsType<FormatItem>(run.Items[1]).Headers);
        Assert.Equal(track, Assert.IsType<TitleItem>(run.Items[2]).Track);
        Assert.Same(run.Items[1], run.Ring.FormatBefore(run.Ring.Head));
        Assert.Same(run.Items[2], run.Ring.Title);
    }

    [Fact]
    public void Rings_of_HTTP_alone_are_not_offered_over_RTSP()
    {
        using var engine = new Station(
            new StationOptions { Name = "jazz" }, new RampSource(new AudioFormat(8_000, 1), 1), new SteppedTime(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        Assert.DoesNotContain(engine.Listing.Renditions, static ring => ring.Info is { IsRtp: true, Name: "wav" or "pyaudio" });
    }
}
