using System.Buffers;
using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Sources.Files;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Sources;

/// <summary>Lengths declared in a file are untrusted: they are not believed, and never cause endless reading.</summary>
public sealed class FileLimitTests : IDisposable
{
    private static readonly AudioFormat Stereo = new(44_100, 2);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_duration_of_a_file_ends_with_its_sound()
    {
        using var file = new Hollow(SoundFiles.OggFlac(Stereo, SoundFiles.Noise(50_000, 2), "x"), 1L << 40);

        Assert.Equal(Stereo.DurationOf(50_000), FileLength.Of(file, StreamKind.Ogg));
        Assert.InRange(file.Taken, DecodedSound.MaxSoundless, 2 * DecodedSound.MaxTagBytes);
    }

    [Fact]
    public void An_ID3_chunk_is_read_to_the_end_of_its_tag_within_a_limit()
    {
        byte[] wav = Wavs.Counting(0, 100);
        byte[] Chunk(byte[] tag)
        {
            byte[] chunk = [.. wav, .. "id3 \0\0\0\0"u8, .. tag];
            BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(wav.Length + 4), uint.MaxValue - 1);
            return chunk;
        }

        byte[] tag = Wire.Tags.TagBytes.Id3(4, 0, Wire.Tags.TagBytes.Frame(4, "TIT2", [3, .. "Song"u8]));
        byte[] endless = [.. "ID3\x03\0\0\x7F\x7F\x7F\x7F"u8, .. Wire.Tags.TagBytes.Frame(3, "TIT2", [0, .. "Song"u8]), .. "APIC"u8, 0x7F,
            0xFF, 0xFF, 0xFF, 0, 0];
        using var ended = new Hollow(Chunk(tag), 1L << 33);
        using var going = new Hollow(Chunk(endless), 1L << 33);

        Assert.Equal("Song", FileTags.Read(ended).Title);
        Assert.InRange(ended.Taken, 1, 1 << 14);
        Assert.Equal("Song", FileTags.Read(going).Title);

        // The texts, and then up to four times as much for pictures.
        Assert.InRange(going.Taken, 1 << 20, (5 << 20) + (1 << 14));
    }

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, 2)]
    [InlineData(long.MaxValue / 4, 1)]
    [InlineData(long.MaxValue / 4, 2)]
    [InlineData(1L << 45, 1)]
    public void Impossible_Vorbis_positions_are_ignored(long granule, int part)
    {
        using var encoder = new VorbisEncoder(Stereo, 128_000);
        Codecs.Encoded encoded = Codecs.Encoded.By(encoder, SoundFiles.Sweep(44_100, 100_000, 2));
        var bytes = new ArrayBufferWriter<byte>();
        for (uint serial = 1; serial < 4; serial++)
        {
            var pages = new OggPageWriter(serial);
            foreach (ReadOnlyMemory<byte> header in encoder.Headers)
            {
                pages.Write(header.Span, 0, bytes);
            }

            long at = 0;
            for (int i = 0; i < encoded.Packets.Count; i++)
            {
                at += encoded.Frames[i];
                pages.Write(encoded.Packets[i], i == (encoded.Packets.Count - 1) / part ? granule : at, bytes);
            }
        }

        using FileSource source = FileSource.Open(_folder.Write("x.ogg", bytes.WrittenSpan));

        Assert.InRange(source.Duration!.Value.TotalSeconds, 5, 8);
    }

    /// <summary>A file that continues with zeros to its declared length.</summary>
    private sealed class Hollow(byte[] start, long length) : Stream
    {
        internal long Taken { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int taken = (int)Math.Min(buffer.Length, length - Position);
            buffer[..taken].Clear();
            if (Position < start.Length)
            {
                start.AsSpan((int)Position, (int)Math.Min(taken, start.Length - Position)).CopyTo(buffer);
            }

            Position += taken;
            Taken += taken;
            Assert.True(Taken < 1 << 30, "It does not stop reading.");
            return taken;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
