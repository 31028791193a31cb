using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Relay.Filling;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Relay.Filling;

public class FillerRefusalTests
{
    private static readonly string[] Encodings = ["opus", "mp3", "aac", "vorbis", "flac", "L16", "L24", "s16le", "u8", "mulaw"];

    [Theory]
    [InlineData("speex", 48_000, 2, 960)]
    [InlineData("", 48_000, 2, 960)]
    [InlineData("opus", 44_100, 2, 960)]
    [InlineData("opus", 48_000, 8, 960)]
    [InlineData("opus", 48_000, 2, 1)]
    [InlineData("opus", 48_000, 9, 960)]
    [InlineData("mp3", 48_000, 2, 1152)]
    [InlineData("aac", 48_000, 8, 1024)]
    [InlineData("aac", 48_000, 2, 960)]
    [InlineData("vorbis", 48_000, 2, 1024)]
    [InlineData("flac", 48_000, 2, 4096)]
    [InlineData("L16", 1, 2, 240)]
    [InlineData("L16", 48_000, 0, 240)]
    [InlineData("L16", 48_000, 2, 0)]
    [InlineData("L16", 48_000, 8, 1 << 20)]
    public void A_rendition_that_cannot_be_filled_is_refused_with_a_sentence(string encoding, int clockRate, int channels, int frames)
    {
        RenditionInfo info = Info(encoding, clockRate, channels, frames);

        Assert.False(Filler.TryCreate(info, [], Packet([0x20]), out Filler? filler, out string? problem));

        Assert.Null(filler);
        Assert.StartsWith("Linnet cannot make silence like the packets of jazz/some", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_packets_and_headers_do_no_harm()
    {
        var noise = new Noise(seed: 17);
        EncodedTone[] tones = [.. from name in (string[])["opus", "pcm", "wav"] select EncodedTone.Of(name, seconds: 1)];
        for (int i = 0; i < 3000; i++)
        {
            EncodedTone tone = tones[noise.Next(tones.Length)];
            Try(tone, Encodings[noise.Next(Encodings.Length)], noise);
        }
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("flac")]
    [InlineData("ogg")]
    [InlineData("aac")]
    public void Damaged_packets_and_headers_of_an_encoding_do_no_harm(string rendition)
    {
        var noise = new Noise(seed: 18);
        var tone = EncodedTone.Of(rendition, seconds: 1);
        for (int i = 0; i < 1000; i++)
        {
            Try(tone, tone.Info.Payload.EncodingName, noise);
        }
    }

    private static void Try(EncodedTone tone, string encoding, Noise noise)
    {
        byte[][] packets = [.. tone.Packets.Take(20).Select(static p => p.Payload.ToArray())];
        byte[][] headers = [.. tone.Info.Headers.Select(static h => h.ToArray())];
        ReadOnlyMemory<byte>[] damaged = [.. headers.Select(header => (ReadOnlyMemory<byte>)noise.Mutation([header]))];
        RenditionInfo info = tone.Info with { Payload = tone.Info.Payload with { EncodingName = encoding } };
        if (!Filler.TryCreate(info, damaged, Packet(noise.Mutation(packets)), out Filler? filler, out _))
        {
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            PacketItem next = Packet(noise.Mutation(packets), filler.Position + noise.Next(8192) - 100, noise.Next(8192));
            filler.TryNext(noise.Next(2) == 0 ? null : next, out _);
        }
    }

    private static RenditionInfo Info(string encoding, int clockRate, int channels, int frames) =>
        new("jazz", "some", new PayloadFormat(encoding, clockRate, channels), frames, 128_000, default);

    private static PacketItem Packet(byte[] payload, long position = 0, int frames = 960) =>
        new(null, 0, position, frames, false, 0, payload);
}
