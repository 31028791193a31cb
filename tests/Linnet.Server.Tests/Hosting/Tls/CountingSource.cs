using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>Mono audio of 16 bits in which each sample is the number of its frame, modulo 2^16: a gap shows in the samples.</summary>
internal sealed class CountingSource : IAudioSource
{
    private long _frames;

    public AudioFormat Format { get; } = new(8_000, 1);

    public int BitDepth => 16;

    public bool IsStored => true;

    /// <summary>Frames that were read.</summary>
    public long Frames => Volatile.Read(ref _frames);

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = unchecked((short)(_frames + i)) / 32_768f;
        }

        Volatile.Write(ref _frames, _frames + pcm.Length);
        return new SourceRead(pcm.Length);
    }

    public void Dispose()
    {
    }
}
