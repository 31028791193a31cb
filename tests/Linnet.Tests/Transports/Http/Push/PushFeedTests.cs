using System.Buffers;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Sources.Ingest;
using Linnet.Tests.Codecs;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Http.Push;

/// <summary>Pushes that send bytes but no audio: each ends with a reason, and uses little memory until then.</summary>
public sealed class PushFeedTests : IDisposable
{
    private const int Junk = 64 << 20;
    private static readonly (string End, string Problem) NoSound = ("no sound was found in it", "No sound was found in this.");
    private static readonly (string End, string Problem) NoMoreSound =
        ("its last data held no sound", "There is no sound in the last 4 MiB of this.");

    private readonly FakeTimeProvider _time = new();
    private readonly IngestBuffer _buffer = new("live", new IngestOptions());
    private readonly IngestWriter _writer;

    public PushFeedTests()
    {
        Assert.True(_buffer.TryBegin("somebody", takesOver: false, out IngestWriter? writer));
        _writer = writer;
    }

    public void Dispose() => _writer.Dispose();

    [Fact]
    public void Vorbis_with_invalid_packets()
    {
        byte[] head = VorbisHead();
        AssertEnds(NoSound, StreamKind.Ogg, head, Repeat(Pages(1, 60_000)));
    }

    [Fact]
    public void Vorbis_with_audio_and_then_none()
    {
        using var encoder = new VorbisEncoder(new AudioFormat(44_100, 2), 128_000);
        var random = new Random(1);
        Encoded sound = Encoded.By(encoder, [.. Enumerable.Range(0, 88_200).Select(_ => random.NextSingle() - 0.5f)]);
        var stream = new ArrayBufferWriter<byte>();
        var pages = new OggPageWriter(1);
        foreach (ReadOnlyMemory<byte> header in encoder.Headers)
        {
            pages.Write(header.Span, 0, stream);
        }

        long granule = 0;
        for (int i = 0; i < sound.Packets.Count; i++)
        {
            granule += sound.Frames[i];
            pages.Write(sound.Packets[i], granule, stream);
        }

        AssertEnds(NoMoreSound, StreamKind.Ogg, stream.WrittenSpan.ToArray(), Repeat(Pages(1, 60_000)), PushFeed.MaxSoundless,
            held: 8 << 20);
        Assert.NotEqual(0, _buffer.GetState().Frames);
    }

    [Fact]
    public void Vorbis_of_empty_pages()
    {
        var page = new ArrayBufferWriter<byte>();
        var writer = new OggPageWriter(1);
        writer.Write([], 0, page);
        AssertEnds(NoSound, StreamKind.Ogg, VorbisHead(), Repeat(page.WrittenSpan.ToArray()));
    }

    [Fact]
    public void Opus_that_restarts_repeatedly_within_its_pre_skip()
    {
        var link = new ArrayBufferWriter<byte>();
        uint serial = 1;
        while (link.WrittenCount < 1 << 20)
        {
            var pages = new OggPageWriter(serial++);
            pages.Write(new OpusHead(2, 65_535).ToArray(), 0, link);
            pages.Write(new VorbisComment("x").ToOpusTags(), 0, link);
            for (int i = 0; i < 60; i++)
            {
                // 20 ms that cannot be decoded.
                byte[] packet = new byte[1200];
                packet.AsSpan().Fill(0xFF);
                packet[0] = 0xFC;
                pages.Write(packet, 960 * (i + 1), link);
            }
        }

        AssertEnds(NoSound, StreamKind.Ogg, [], Repeat(link.WrittenSpan.ToArray()));
    }

    [Fact]
    public void Mp3_followed_by_tags_only()
    {
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 0x7F, 0x7F, .. new byte[16_383]];
        AssertEnds(NoSound, StreamKind.Mpeg, [], Repeat(tag), PushFeed.MaxTagBytes);
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("flac")]
    [InlineData("opus")]
    [InlineData("wav")]
    public void A_picture_of_three_megabytes_before_the_audio_is_skipped(string kind)
    {
        var format = new AudioFormat(48_000, 2);
        float[] pcm = Sources.Files.SoundFiles.Noise(48_000, 2);
        byte[] flac = Sources.Files.SoundFiles.Flac(format, pcm, null);
        byte[] opus = Sources.Files.SoundFiles.Opus(2, pcm, null);
        int tags = opus.AsSpan().IndexOf("OpusTags"u8) - OggPage.HeaderLength - 1;
        int sound = opus.AsSpan().LastIndexOf("OpusTags"u8) + opus[tags + OggPage.HeaderLength];
        byte[] stream = kind switch
        {
            "mp3" => [.. Wire.Tags.TagBytes.Id3(3, 0, Wire.Tags.TagBytes.Frame(3, "APIC", new byte[3 << 20])),
                .. Sources.Files.SoundFiles.Mp3(format, pcm, null, null)],
            "flac" => [.. flac[..42], .. FlacBlockHeader.Wrap(FlacBlockType.Picture, isLast: false, new byte[3 << 20]), .. flac[42..]],
            "opus" => [.. opus[..tags], .. Comment(3 << 20), .. opus[sound..]],
            _ => [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVEjunk"u8, 0, 0, 0x30, 0, .. new byte[3 << 20],
                .. Sources.Files.Wavs.Counting(0, 48_000)[12..]],
        };
        Assert.True(StreamDecoders.TryCreate(null, out IStreamDecoder? decoder, out _));
        using IStreamDecoder disposed = decoder;
        var feed = new PushFeed(new PushServerOptions(), _writer, decoder, _time);

        for (int at = 0; at < stream.Length; at += 1024)
        {
            Assert.Null(feed.Write(stream.AsSpan(at, Math.Min(1024, stream.Length - at))));
        }

        Assert.Null(feed.Complete());
        Assert.True(feed.HasSound);

        byte[] Comment(int length)
        {
            var comment = new VorbisComment("x");
            comment.Add("METADATA_BLOCK_PICTURE", new string('x', length));
            var page = new ArrayBufferWriter<byte>();
            var pages = new OggPageWriter(1);
            pages.Write([], 0, page);
            int before = page.WrittenCount;
            pages.Write(comment.ToOpusTags(), 0, page);
            return page.WrittenSpan[before..].ToArray();
        }
    }

    [Theory]
    [InlineData(10, 70)]
    [InlineData(600, 660)]
    public void Bytes_without_audio_hold_a_station_at_most_a_minute_longer_than_the_allowed_pause(int idle, int most)
    {
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 10, .. new byte[10]];
        using IStreamDecoder decoder = StreamDecoders.Create(StreamKind.Mpeg, isFile: false);
        var feed = new PushFeed(new PushServerOptions { IdleTime = TimeSpan.FromSeconds(idle) }, _writer, decoder, _time);

        // The pause, and then the first bytes after it.
        _time.Advance(TimeSpan.FromSeconds(most));
        Assert.Null(feed.Write(tag));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal($"there was no sound in it for {most} s", feed.Write(tag));
        Assert.Equal("No sound was found in this.", feed.Problem);
    }

    private static byte[] VorbisHead()
    {
        using var encoder = new VorbisEncoder(new AudioFormat(44_100, 2), 128_000);
        var head = new ArrayBufferWriter<byte>();
        var pages = new OggPageWriter(1);
        foreach (ReadOnlyMemory<byte> packet in encoder.Headers)
        {
            pages.Write(packet.Span, 0, head);
        }

        return head.WrittenSpan.ToArray();
    }

    private static byte[] Pages(uint serial, int length)
    {
        var page = new ArrayBufferWriter<byte>();
        byte[] packet = new byte[length];
        packet.AsSpan().Fill(0xFF);
        new OggPageWriter(serial).Write(packet, 0, page);
        return page.WrittenSpan.ToArray();
    }

    private static IEnumerable<byte[]> Repeat(byte[] piece)
    {
        while (true)
        {
            yield return piece;
        }
    }

    // Fast enough to reach the limits in bytes long before those in time.
    private void AssertEnds(
        (string End, string Problem) expected, StreamKind kind, byte[] head, IEnumerable<byte[]> junk, int most = 1 << 20,
        int held = IngestWriter.MaxSilentBytes)
    {
        using IStreamDecoder decoder = StreamDecoders.Create(kind, isFile: false);
        var feed = new PushFeed(new PushServerOptions(), _writer, decoder, _time);
        Assert.Null(head.Length == 0 ? null : feed.Write(head));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        string? end = null;
        foreach (byte[] piece in junk)
        {
            _time.Advance(TimeSpan.FromSeconds((double)piece.Length / (1 << 20)));
            for (int at = 0; at < piece.Length && end is null; at += 1024)
            {
                end = feed.Write(piece.AsSpan(at, Math.Min(1024, piece.Length - at)));
                Assert.InRange(_buffer.HeldBytes, 0, held);
            }

            if (end is not null || feed.Bytes > Junk)
            {
                break;
            }
        }

        Assert.Equal(expected, (end, feed.Problem));
        Assert.InRange(feed.Bytes, 1, 2 * most);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
        GC.KeepAlive(decoder);
    }
}
