using System.Globalization;
using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Tests.Codecs.Streams;

public sealed class IngestBufferTests
{
    private static readonly AudioFormat Format = new(8000, 1);

    private readonly IngestBuffer _buffer = new("live", new IngestOptions(), Format);
    private readonly List<(int Frame, TrackInfo Track)> _told = [];
    private readonly float[] _block = new float[160];
    private int _frame;

    [Fact]
    public void A_title_that_is_said_again_and_again_is_told_once()
    {
        using IngestWriter writer = Begin();
        for (int block = 0; block < 100; block++)
        {
            writer.OnTrack(new TrackInfo(block < 60 ? "So What" : "Blue in Green", "Miles Davis"));
            Pass(writer);
        }

        Assert.Equal([(0, new TrackInfo("So What", "Miles Davis")), (60 * 160, new TrackInfo("Blue in Green", "Miles Davis"))], _told);
    }

    [Fact]
    public void Titles_that_change_with_every_block_are_told_once_a_second_and_the_last_is_the_one_that_stays()
    {
        using IngestWriter writer = Begin();
        for (int block = 0; block < 500; block++)
        {
            writer.OnTrack(new TrackInfo(block.ToString(CultureInfo.InvariantCulture)));
            Pass(writer);
        }

        for (int block = 0; block < 50; block++)
        {
            Pass(writer);
        }

        Assert.Equal(11, _told.Count);
        Assert.Equal(new TrackInfo("499"), _told[^1].Track);
        Assert.All(_told.Zip(_told.Skip(1)), static pair => Assert.InRange(pair.Second.Frame - pair.First.Frame, 8000, 8160));
    }

    [Fact]
    public void Whoever_writes_next_may_say_the_same_title()
    {
        using (IngestWriter first = Begin())
        {
            first.OnTrack(new TrackInfo("a"));
            Pass(first);
        }

        using IngestWriter second = Begin();
        second.OnTrack(new TrackInfo("a"));
        Pass(second);

        Assert.Equal([(0, new TrackInfo("a")), (160, new TrackInfo("a"))], _told);
    }

    private IngestWriter Begin()
    {
        Assert.True(_buffer.TryBegin("somebody", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(new StreamFormat(Format, 16, StreamCodec.Pcm, 128_000, []));
        return writer;
    }

    /// <summary>Writes a block of 20 ms, and reads it.</summary>
    private void Pass(IngestWriter writer)
    {
        writer.OnPacket([], _block);
        for (int left = _block.Length; left > 0;)
        {
            int frames = _buffer.Read(_block.AsSpan(0, left), [], out TrackInfo? track, out _);
            if (track is not null)
            {
                _told.Add((_frame, track));
            }

            _frame += frames;
            left -= frames;
        }
    }
}
