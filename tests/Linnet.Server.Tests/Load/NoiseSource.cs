using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Server.Tests.Load;

/// <summary>Endless CD-quality noise: no two encoded packets are the same.</summary>
internal sealed class NoiseSource : IAudioSource
{
    private readonly Random _random = new(5);

    public AudioFormat Format { get; } = new(44_100, 2);

    public int BitDepth => 16;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = _random.Next(-8192, 8192) / 32_768f;
        }

        return new SourceRead(pcm.Length / 2, null);
    }

    public void Dispose()
    {
    }
}
