using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Sources.Files;
using Linnet.Stations;
using Linnet.Tests.Audio;
using Linnet.Tests.Codecs;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Flac;
using Linnet.Wire.Mpeg;

namespace Linnet.Tests.Relay.Filling;

/// <summary>A sound as a station's rendition encodes it: what an edge has of it.</summary>
internal sealed class EncodedTone
{
    private EncodedTone(RenditionInfo info, PacketItem[] packets, int channels) => (Info, Packets, Channels) = (info, packets, channels);

    public RenditionInfo Info { get; }

    public PacketItem[] Packets { get; }

    /// <summary>Channels of the decoded sound.</summary>
    public int Channels { get; }

    /// <summary>Encodes a tone of 440 Hz. Skips the test where the encoder is missing.</summary>
    public static EncodedTone Of(string rendition, int sampleRate = 48_000, int channels = 2, int seconds = 2, int bitDepth = 16) =>
        Of(rendition, Signals.Sine(440, sampleRate, sampleRate * seconds, channels, 0.25), new AudioFormat(sampleRate, channels), bitDepth);

    /// <summary>Encodes a sound. Skips the test where the encoder is missing.</summary>
    public static EncodedTone Of(string rendition, float[] sound, AudioFormat format, int bitDepth = 16)
    {
        var options = new StationOptions { Name = "jazz", Sent = new StreamFormat(format, 0, StreamCodec.Vorbis, 128_000, []) };
        RenditionSpec? spec = new RenditionList(format, bitDepth, options).ToSpecs().FirstOrDefault(spec => spec.Name == rendition);
        Assert.SkipWhen(spec is null, $"this machine cannot encode {rendition}");
        using IAudioEncoder encoder = spec.CreateEncoder();
        RenditionInfo info = spec.ToInfo("jazz", encoder);
        var encoded = Encoded.By(encoder, sound);
        var packets = new PacketItem[encoded.Packets.Count];
        long position = -encoder.Delay;
        for (int i = 0; i < packets.Length; i++)
        {
            packets[i] = new PacketItem(null, i, position, encoded.Frames[i], false, 0, encoded.Packets[i]);
            position += encoded.Frames[i];
        }

        return new EncodedTone(info, packets, encoder.Format.Channels);
    }

    /// <summary>Decodes packets that follow each other, as a player does.</summary>
    public float[] Decode(IReadOnlyList<ReadOnlyMemory<byte>> packets) => Info.Payload.EncodingName switch
    {
        "opus" => DecodeEach(new OpusDecoder(Channels), packets),
        "L16" => DecodeEach(new LinearPcmDecoder(Info.Payload.Clock, 16), packets),
        "L24" => DecodeEach(new LinearPcmDecoder(Info.Payload.Clock, 24), packets),
        "s16le" => DecodeEach(new RawPcmDecoder(new RawPcmFormat(SampleEncoding.S16LE, Info.Payload.Clock)), packets),
        "s24le" => DecodeEach(new RawPcmDecoder(new RawPcmFormat(SampleEncoding.S24LE, Info.Payload.Clock)), packets),
        "mp3" => DecodeStream(StreamKind.Mpeg, [], packets),
        "flac" => DecodeStream(StreamKind.Flac, FlacHead(), packets),
        "vorbis" => DecodeVorbis(packets),
        "aac" => DecodeAac(packets),
        _ => throw new NotSupportedException(),
    };

    private static float[] DecodeEach(IAudioDecoder decoder, IReadOnlyList<ReadOnlyMemory<byte>> packets)
    {
        using (decoder)
        {
            var all = new List<float>();
            float[] pcm = new float[decoder.MaxFramesPerPacket * decoder.Format.Channels];
            foreach (ReadOnlyMemory<byte> packet in packets)
            {
                Assert.True(decoder.TryDecode(packet.Span, pcm, out int frames));
                all.AddRange(pcm.AsSpan(0, frames * decoder.Format.Channels));
            }

            return [.. all];
        }
    }

    private static float[] DecodeStream(StreamKind kind, byte[] head, IReadOnlyList<ReadOnlyMemory<byte>> packets)
    {
        using IStreamDecoder decoder = StreamDecoders.Create(kind, isFile: false);
        var heard = new HeardSound();
        decoder.Write(head, heard);
        foreach (ReadOnlyMemory<byte> packet in packets)
        {
            decoder.Write(packet.Span, heard);
        }

        decoder.Complete(heard);
        Assert.Null(decoder.Problem);
        return [.. heard.Pcm];
    }

    private float[] DecodeVorbis(IReadOnlyList<ReadOnlyMemory<byte>> packets)
    {
        using LibVorbisPackets? decoder = LibVorbisPackets.TryCreate(Channels, [.. Info.Headers]);
        Assert.NotNull(decoder);
        var all = new List<float>();
        float[] pcm = new float[IVorbisDecoder.MaxFrames * Channels];
        foreach (ReadOnlyMemory<byte> packet in packets)
        {
            int frames = decoder.Decode(packet.Span, pcm);
            Assert.NotEqual(-1, frames);
            all.AddRange(pcm.AsSpan(0, frames * Channels));
        }

        return [.. all];
    }

    private float[] DecodeAac(IReadOnlyList<ReadOnlyMemory<byte>> packets)
    {
        var file = new List<byte>();
        byte[] header = new byte[AdtsHeader.Length];
        foreach (ReadOnlyMemory<byte> packet in packets)
        {
            AdtsHeader.Write(header, Info.Payload.ClockRate, Channels, packet.Length);
            file.AddRange(header);
            file.AddRange(packet.Span);
        }

        using var folder = new TempFolder();
        using FfmpegSource source = FfmpegSource.Open(
            folder.Write("sound.aac", [.. file]), null, TimeProvider.System, Environment.GetEnvironmentVariable("PATH"),
            TestContext.Current.CancellationToken);
        return source.ReadAll();
    }

    private byte[] FlacHead()
    {
        byte[] block = Info.Headers[0].ToArray();
        block[0] |= 0x80;
        return [.. FlacBlockHeader.Marker, .. block];
    }
}
