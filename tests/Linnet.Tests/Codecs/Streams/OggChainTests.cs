using System.Buffers;
using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Streams;
using Linnet.Tests.Fakes;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Codecs.Streams;

/// <summary>Chains of Ogg streams, and heads that ask for much work.</summary>
public sealed class OggChainTests
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private uint _serial;

    [Theory]
    [InlineData("opus")]
    [InlineData("opus without audible packets")]
    [InlineData("vorbis")]
    [InlineData("flac")]
    public void A_chain_of_links_without_sound_ends_with_a_reason(string kind)
    {
        for (int i = 0; i <= OggStreamDecoder.MaxSoundlessLinks; i++)
        {
            Link(kind);
        }

        using var decoder = new OggStreamDecoder();
        decoder.Write(_bytes.WrittenSpan, new HeardSound());

        Assert.Equal("The stream has 100 parts in a row without audio.", decoder.Problem?.Text);
    }

    [Fact]
    public void Links_without_sound_between_others_are_passed_over()
    {
        for (int i = 0; i < 3; i++)
        {
            Link("sound");
            for (int j = 1; j < OggStreamDecoder.MaxSoundlessLinks; j++)
            {
                Link("opus");
            }
        }

        Link("sound");
        var sink = new HeardSound();
        using var decoder = new OggStreamDecoder();
        decoder.Write(_bytes.WrittenSpan, sink);

        Assert.Null(decoder.Problem);
        Assert.Equal(4 * 960, sink.Pcm.Count / 2);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    [InlineData(255, false)]
    public void Opus_may_have_as_many_streams_as_channels(int streams, bool isPlayed)
    {
        new OggPageWriter(1).Write(new OpusHead(8, 0, MappingFamily: 1, Streams: (byte)streams).ToArray(), 0, _bytes);
        using var decoder = new OggStreamDecoder();
        decoder.Write(_bytes.WrittenSpan, new HeardSound());

        Assert.Equal(isPlayed, decoder.Problem is null);
        Assert.Equal(isPlayed ? null : StreamFault.Unsupported, decoder.Problem?.Fault);
    }

    private void Link(string kind)
    {
        var pages = new OggPageWriter(++_serial);
        switch (kind)
        {
            case "flac":
                byte[] info = new FlacStreamInfo(new AudioFormat(44_100, 2), 16, 4096, 4096, 0).ToBlock(isLast: false);
                pages.Write([0x7F, .. "FLAC"u8, 1, 0, 0, 1, .. "fLaC"u8, .. info], 0, _bytes);
                pages.Write([0x84, 0, 0, 0], 0, _bytes);
                break;
            case "vorbis":
                pages.Write([1, .. "vorbis"u8, 0, 0, 0, 0, 2, 0x80, 0xBB, 0, 0, .. new byte[12], 0xB8, 1], 0, _bytes);
                pages.Write(new VorbisComment("test").ToVorbisHeader(), 0, _bytes);
                break;
            default:
                pages.Write(new OpusHead(2, (ushort)(kind == "sound" ? 0 : ushort.MaxValue)).ToArray(), 0, _bytes);
                pages.Write(VorbisComment.Of("test", null).ToOpusTags(), 0, _bytes);
                if (kind != "opus")
                {
                    pages.Write(Packet(), 960, _bytes);
                }

                break;
        }
    }

    private static byte[] Packet()
    {
        using var encoder = new OpusEncoder(2, new OpusEncoderOptions { BitRate = 64_000 });
        byte[] packet = new byte[encoder.MaxPacketLength];
        return packet[..encoder.Encode(new float[960 * 2], packet)];
    }
}
