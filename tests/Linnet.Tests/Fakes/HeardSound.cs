using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Tests.Fakes;

/// <summary>Keeps the sound that a stream decoder gives.</summary>
internal sealed class HeardSound : IStreamSink
{
    /// <summary>All samples so far.</summary>
    public List<float> Pcm { get; } = [];

    public void OnFormat(StreamFormat format)
    {
    }

    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm) => Pcm.AddRange(pcm);

    public void OnTrack(TrackInfo track)
    {
    }
}
