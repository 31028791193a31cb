using System.Buffers;
using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Streams;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Codecs.Streams;

/// <summary>A packet that listeners cannot use ends its stream with a reason.</summary>
public sealed class PacketLimitTests
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly OggPageWriter _pages = new(1);

    [Theory]
    [InlineData(61_440, "cannot be decoded")]
    [InlineData(61_441, "more than 61440 bytes")]
    [InlineData(70_000, "more than 61440 bytes")]
    [InlineData(2_000_000, "more than 61440 bytes")]
    public void An_Opus_packet_that_is_too_long_or_invalid_ends_the_stream(int length, string why)
    {
        using var decoder = new OggStreamDecoder();
        var sink = new CountingSink();
        Begin();
        byte[] good = Good();
        _pages.Write(good, 960, _bytes);
        decoder.Write(_bytes.WrittenSpan, sink);
        Assert.Null(decoder.Problem);
        Assert.Equal(1, sink.Packets);

        _bytes.ResetWrittenCount();
        byte[] bad = new byte[length];
        bad.AsSpan().Fill(0xFF);
        _pages.Write(bad, 1920, _bytes);
        _pages.Write(good, 2880, _bytes);
        decoder.Write(_bytes.WrittenSpan, sink);

        Assert.Contains(why, decoder.Problem?.Text, StringComparison.Ordinal);
        Assert.Equal(1, sink.Packets);
    }

    [Fact]
    public void An_empty_packet_at_the_end_is_not_an_error()
    {
        using var decoder = new OggStreamDecoder();
        var sink = new CountingSink();
        Begin();
        _pages.Write(Good(), 960, _bytes);
        _pages.Write([], 960, _bytes);
        _pages.Write(Good(), 1920, _bytes);
        decoder.Write(_bytes.WrittenSpan, sink);

        Assert.Null(decoder.Problem);
        Assert.Equal(2, sink.Packets);
    }

    [Fact]
    public void Tags_with_a_large_picture_are_not_taken_for_sound()
    {
        using var decoder = new OggStreamDecoder();
        var sink = new CountingSink();
        _pages.Write(new OpusHead(2, 312).ToArray(), 0, _bytes);
        _pages.Write([.. "OpusTags"u8, .. new byte[2_000_000]], 0, _bytes);
        _pages.Write(Good(), 960, _bytes);
        decoder.Write(_bytes.WrittenSpan, sink);

        Assert.Null(decoder.Problem);
        Assert.Equal(1, sink.Packets);
    }

    private void Begin()
    {
        _pages.Write(new OpusHead(2, 312).ToArray(), 0, _bytes);
        _pages.Write(VorbisComment.Of("test", null).ToOpusTags(), 0, _bytes);
    }

    private static byte[] Good()
    {
        using var encoder = new OpusEncoder(2, new OpusEncoderOptions { BitRate = 64_000 });
        byte[] packet = new byte[encoder.MaxPacketLength];
        return packet[..encoder.Encode(new float[960 * 2], packet)];
    }

    private sealed class CountingSink : IStreamSink
    {
        public int Packets { get; private set; }

        public void OnFormat(StreamFormat format)
        {
        }

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm) => Packets++;

        public void OnTrack(TrackInfo track)
        {
        }
    }
}
