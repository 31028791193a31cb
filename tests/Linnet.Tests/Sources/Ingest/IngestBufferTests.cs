using System.Globalization;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;

namespace Linnet.Tests.Sources.Ingest;

public sealed class IngestBufferTests
{
    private static readonly AudioFormat Format = new(8000, 1);

    private readonly IngestBuffer _buffer = new("live", new IngestOptions(), Format);
    private readonly List<(int Frame, TrackInfo Track)> _told = [];
    private readonly float[] _block = new float[160];
    private int _frame;

    [Fact]
    public void A_repeated_title_is_announced_once()
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
    public void Fast_changing_titles_are_announced_once_per_second_and_the_last_one_stays()
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
    public void The_next_writer_may_announce_the_same_title()
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

    [Fact]
    public void Packets_that_decode_to_nothing_are_bounded()
    {
        using IngestWriter writer = Begin();
        byte[] packet = new byte[60_000];
        for (int i = 0; i < 10_000; i++)
        {
            writer.OnPacket(packet.AsSpan(0, 1 + (i * 7 % packet.Length)), []);
        }

        Assert.InRange(_buffer.HeldBytes, 1, IngestWriter.MaxSilentBytes);
    }

    [Fact]
    public void Large_packets_with_little_sound_are_bounded_and_the_sound_plays()
    {
        using IngestWriter writer = Begin();
        byte[] packet = new byte[60_000];
        for (int i = 0; i < 4000; i++)
        {
            writer.OnPacket(packet, [i / 4000f]);
        }

        Assert.InRange(_buffer.HeldBytes, 1, IngestBuffer.MaxPacketBytes + (1 << 20));
        var packets = new List<StreamPacket>();
        float[] pcm = new float[4000];
        Assert.Equal(4000, _buffer.Read(pcm, packets, out _, out _));
        Assert.Equal(3999 / 4000f, pcm[^1]);

        // The first one is empty: packets are not passed on across the gap.
        Assert.True(packets[0].Bytes.IsEmpty);
        Assert.False(packets[1].Follows);
    }

    [Fact]
    public void Very_many_short_packets_are_bounded_too()
    {
        using IngestWriter writer = Begin();
        for (int i = 0; i < 150_000; i++)
        {
            writer.OnPacket(new byte[1], new float[1]);
        }

        var packets = new List<StreamPacket>();
        Assert.Equal(150_000, _buffer.Read(new float[150_000], packets, out _, out _));
        Assert.True(packets[0].Bytes.IsEmpty);
        Assert.InRange(packets.Count, 1, 50_000);
    }

    [Fact]
    public void Titles_of_many_senders_without_sound_are_bounded()
    {
        for (int i = 0; i < 1000; i++)
        {
            using IngestWriter writer = Begin();
            writer.OnTrack(new TrackInfo(i.ToString(CultureInfo.InvariantCulture)));
        }

        using IngestWriter last = Begin();
        Pass(last);
        Assert.InRange(_told.Count, 0, 1);
    }

    [Fact]
    public void A_few_packets_without_sound_prime_a_decoder_and_are_passed_on()
    {
        using IngestWriter writer = Begin();
        writer.OnPacket(new byte[100], []);
        writer.OnPacket(new byte[100], new float[160]);
        var packets = new List<StreamPacket>();
        _buffer.Read(new float[160], packets, out _, out _);

        Assert.Equal([0, 160], packets.Select(static packet => packet.Frames));
        Assert.True(packets[1].Follows);
    }

    [Fact]
    public async Task A_closed_buffer_lets_its_writer_go_on_and_takes_no_further_one()
    {
        using IngestWriter writer = Begin();
        writer.OnPacket([], new float[8000 * 60]);
        Task room = writer.WaitForRoomAsync(TestContext.Current.CancellationToken);
        Assert.False(room.IsCompleted);

        _buffer.Close();

        await room;
        Assert.False(writer.IsCurrent);
        Assert.False(_buffer.TryBegin("late", takesOver: true, out _));
        Assert.Null(_buffer.Writer);
    }

    private IngestWriter Begin()
    {
        Assert.True(_buffer.TryBegin("somebody", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(new StreamFormat(Format, 16, StreamCodec.Pcm, 128_000, []));
        return writer;
    }

    /// <summary>Writes a block of 20 ms and reads it.</summary>
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
