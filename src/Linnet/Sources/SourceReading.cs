using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>The only way in which Linnet reads a source: limits every sample, whatever the source.</summary>
internal static class SourceReading
{
    /// <summary>Like <see cref="IAudioSource.Read"/>, with every sample within <see cref="SampleLimit"/>.</summary>
    /// <remarks>A test checks that nothing in the library calls <see cref="IAudioSource.Read"/> without this.</remarks>
    internal static SourceRead ReadSound(this IAudioSource source, Span<float> pcm, CancellationToken cancellationToken)
    {
        SourceRead read = source.Read(pcm, cancellationToken);
        SampleLimit.Apply(pcm[..(read.Frames * source.Format.Channels)]);
        return read;
    }
}
