using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Interop.Tests.Streams;

/// <summary>Everything a decoder gives for a stream.</summary>
internal sealed class Decoded : IStreamSink
{
    public List<StreamFormat> Formats { get; } = [];

    public List<byte[]> Packets { get; } = [];

    public List<float> Pcm { get; } = [];

    /// <summary>Each track, and the number of frames before it.</summary>
    public List<(string Track, int Frames)> Tracks { get; } = [];

    public StreamProblem? Problem { get; private set; }

    public int Frames => Formats.Count == 0 ? 0 : Pcm.Count / Formats[^1].Pcm.Channels;

    /// <summary>Decodes a stream that arrives in pieces of at most <paramref name="piece"/> bytes.</summary>
    public static Decoded Of(ReadOnlySpan<byte> stream, string? contentType, int piece = 4000, int seed = 1)
    {
        var decoded = new Decoded();
        if (!StreamDecoders.TryCreate(contentType, out IStreamDecoder? decoder, out StreamProblem? problem))
        {
            decoded.Problem = problem;
            return decoded;
        }

        using (decoder)
        {
            var random = new Random(seed);
            while (!stream.IsEmpty)
            {
                int length = Math.Min(stream.Length, random.Next(1, piece + 1));
                decoder.Write(stream[..length], decoded);
                stream = stream[length..];
            }

            decoder.Complete(decoded);
            decoded.Problem = decoder.Problem;
        }

        return decoded;
    }

    public void OnFormat(StreamFormat format)
    {
        Assert.True(format.Pcm.IsValid);
        Formats.Add(format);
    }

    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
    {
        Assert.NotEmpty(Formats);
        Assert.Equal(0, pcm.Length % Formats[^1].Pcm.Channels);
        if (!packet.IsEmpty)
        {
            Packets.Add(packet.ToArray());
        }

        foreach (float sample in pcm)
        {
            Assert.True(float.IsFinite(sample));
        }

        Pcm.AddRange(pcm);
    }

    public void OnTrack(TrackInfo track) => Tracks.Add((track.ToString(), Frames));
}
