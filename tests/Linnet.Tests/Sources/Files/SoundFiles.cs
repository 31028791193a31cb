using System.Buffers;
using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Vorbis;
using Linnet.Tests.Codecs;
using Linnet.Tests.Wire.Tags;
using Linnet.Wire.Flac;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Sources.Files;

/// <summary>Writes complete files like encoders do, with tags and with the declared padding.</summary>
internal static class SoundFiles
{
    /// <summary>16-bit noise.</summary>
    internal static float[] Noise(int frames, int channels, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, frames * channels).Select(_ => random.Next(-8000, 8000) / 32768f)];
    }

    /// <summary>A sweep, whose position can be found in lossy sound.</summary>
    internal static float[] Sweep(int rate, int frames, int channels) =>
        [.. Enumerable.Range(0, frames * channels)
            .Select(i => 0.4f * MathF.Sin(2 * MathF.PI * (200 + (300f * (i / channels) / rate)) * (i / channels) / rate))];

    /// <summary>A FLAC file with header, tags and frames.</summary>
    internal static byte[] Flac(AudioFormat format, float[] pcm, string? title, int bits = 16)
    {
        using var encoder = new FlacEncoder(format, bits);
        Encoded encoded = Encoded.By(encoder, pcm);
        return
        [
            .. FlacBlockHeader.Marker, .. encoder.Headers[0].Span,
            .. FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: true, Tags(title).ToArray()), .. encoded.Bytes,
        ];
    }

    /// <summary>The first packet of FLAC in Ogg (RFC 9639 §10.1), before one packet with tags.</summary>
    /// <param name="infoBlock">STREAMINFO with its header.</param>
    internal static byte[] FirstOfOggFlac(ReadOnlySpan<byte> infoBlock) =>
        [0x7F, .. "FLAC"u8, 1, 0, 0, 1, .. FlacBlockHeader.Marker, .. infoBlock];

    /// <summary>An Ogg link with FLAC.</summary>
    internal static byte[] OggFlac(
        AudioFormat format, float[] pcm, string? title, uint serial = 1, Func<int, byte[], byte[]>? change = null)
    {
        using var encoder = new FlacEncoder(format, 16);
        byte[] tags = FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: true, Tags(title).ToArray());
        return Ogg(serial, [FirstOfOggFlac(encoder.Headers[0].Span), tags], Encoded.By(encoder, pcm), 0,
            pcm.Length / format.Channels, change);
    }

    /// <summary>An Ogg link with Vorbis.</summary>
    internal static byte[] Vorbis(AudioFormat format, float[] pcm, string? title, uint serial = 1, Func<int, byte[], byte[]>? change = null)
    {
        using var encoder = new VorbisEncoder(format, 128_000);
        Encoded encoded = Encoded.By(encoder, pcm);
        return Ogg(serial, [encoder.Headers[0].ToArray(), Tags(title).ToVorbisHeader(), encoder.Headers[2].ToArray()], encoded, 0,
            pcm.Length / format.Channels, change);
    }

    /// <summary>An Ogg link with Opus, whose last page declares the end of the sound.</summary>
    /// <param name="channels">1 or 2.</param>
    /// <param name="pcm">The sound.</param>
    /// <param name="title">Title in the tags.</param>
    /// <param name="serial">Serial number of the link.</param>
    /// <param name="vendor">Vendor in the tags, before the title.</param>
    /// <param name="change">Replaces each packet.</param>
    internal static byte[] Opus(
        int channels, float[] pcm, string? title, uint serial = 1, string vendor = "test", Func<int, byte[], byte[]>? change = null)
    {
        using var encoder = new OpusEncoder(channels);
        var head = new OpusHead((byte)channels, (ushort)encoder.Delay, Coupled: (byte)(channels - 1));
        return Ogg(serial, [head.ToArray(), Tags(title, vendor).ToOpusTags()], Encoded.By(encoder, pcm), encoder.Delay,
            pcm.Length / channels, change);
    }

    /// <summary>An MP3 file with an ID3v2 tag and, if <paramref name="count"/> is not null, LAME's table before the frames.</summary>
    /// <param name="format">Rate and channels.</param>
    /// <param name="pcm">The sound.</param>
    /// <param name="title">Title in the tag; <see langword="null"/> for no tag.</param>
    /// <param name="count">Maps the number of frames to the one that the table declares.</param>
    internal static byte[] Mp3(AudioFormat format, float[] pcm, string? title, Func<int, int>? count)
    {
        using var encoder = new Mp3Encoder(format, new Mp3EncoderOptions { BitRate = 64_000 });
        Encoded encoded = Encoded.By(encoder, pcm);
        byte[] tag = title is null ? [] : TagBytes.Id3(4, 0, TagBytes.Frame(4, "TIT2", [3, .. System.Text.Encoding.UTF8.GetBytes(title)]));
        int beyond = (encoded.Packets.Count * encoder.FramesPerPacket) - encoder.Delay - (pcm.Length / format.Channels);
        byte[] table = count is null ? [] : Table(encoded.Packets[0], count(encoded.Packets.Count), encoder.Delay - 529, beyond + 529);
        return [.. tag, .. table, .. encoded.Bytes];
    }

    /// <summary>A frame with a table, as long as an audio frame.</summary>
    internal static byte[] Table(byte[] like, int frames, int delay, int padding)
    {
        Assert.True(MpegHeader.TryParse(like, out MpegHeader header));
        byte[] frame = new byte[like.Length];
        like.AsSpan(0, MpegHeader.Length).CopyTo(frame);
        Span<byte> table = frame.AsSpan(header.SideInfoStart + header.SideInfoLength);
        "Info"u8.CopyTo(table);
        table[7] = 1;
        BinaryPrimitives.WriteInt32BigEndian(table[8..], frames);
        "LAME3.100"u8.CopyTo(table[12..]);
        (table[33], table[34], table[35]) = ((byte)(delay >> 4), (byte)(((delay & 0xF) << 4) | (padding >> 8)), (byte)padding);
        return frame;
    }

    private static VorbisComment Tags(string? title, string vendor = "test") =>
        VorbisComment.Of(vendor, title is null ? null : new TrackInfo(title));

    private static byte[] Ogg(uint serial, byte[][] headers, Encoded sound, int delay, int frames, Func<int, byte[], byte[]>? change)
    {
        var file = new ArrayBufferWriter<byte>();
        var pages = new OggPageWriter(serial);
        foreach (byte[] header in headers)
        {
            pages.Write(header, 0, file);
        }

        long granule = 0;
        for (int i = 0; i < sound.Packets.Count; i++)
        {
            granule += sound.Frames[i];
            bool isLast = i == sound.Packets.Count - 1;
            pages.Add(change?.Invoke(i, sound.Packets[i]) ?? sound.Packets[i], isLast ? delay + frames : granule, file);
            if (i % 5 == 4 || isLast)
            {
                pages.Flush(file, isLast);
            }
        }

        return file.WrittenSpan.ToArray();
    }
}
