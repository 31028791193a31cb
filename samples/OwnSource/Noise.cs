using Linnet.Audio;
using Linnet.Sources;

namespace OwnSource;

/// <summary>White noise without end.</summary>
public sealed class Noise : IAudioSource
{
    public AudioFormat Format { get; } = new(SampleRate: 48_000, Channels: 1);

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        foreach (ref float sample in pcm)
        {
            sample = (Random.Shared.NextSingle() - 0.5f) / 4;
        }

        return new SourceRead(Frames: pcm.Length);
    }

    public void Dispose()
    {
    }
}
