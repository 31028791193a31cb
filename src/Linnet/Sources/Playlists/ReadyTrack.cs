using Linnet.Audio;
using Linnet.Sources.Files;

namespace Linnet.Sources.Playlists;

/// <summary>An open track whose first frames were read, so that it can follow another without a pause.</summary>
internal sealed class ReadyTrack : IDisposable
{
    /// <summary>Duration read ahead; a shorter track is known to be that short.</summary>
    private static readonly TimeSpan HeadLength = TimeSpan.FromMilliseconds(100);

    private readonly IAudioSource _source;
    private readonly float[] _head;
    private TrackInfo? _track;
    private int _given;

    private ReadyTrack(IAudioSource source, PlaylistEntry entry)
    {
        _source = source;
        Entry = entry;
        _head = new float[Math.Max(1, source.Format.FramesIn(HeadLength)) * source.Format.Channels];
    }

    /// <summary>Its title and artist.</summary>
    internal TrackInfo? Track => _track;

    /// <summary>The file of the track.</summary>
    internal PlaylistEntry Entry { get; }

    /// <summary>The PCM it provides.</summary>
    internal AudioFormat Format => _source.Format;

    /// <summary>Significant bits of its integer PCM, or 0.</summary>
    internal int BitDepth => _source.BitDepth;

    /// <summary>Frames read ahead; fewer than 100 ms only if the track is that short. Never 0.</summary>
    internal int HeadFrames { get; private set; }

    /// <summary>Reads the first frames of <paramref name="source"/>, and takes ownership of it.</summary>
    /// <exception cref="IOException">The source failed, or has no frames. It is disposed.</exception>
    internal static ReadyTrack Prepare(IAudioSource source, PlaylistEntry entry, CancellationToken cancellationToken)
    {
        var track = new ReadyTrack(source, entry);
        try
        {
            track.ReadHead(cancellationToken);
            return track;
        }
        catch
        {
            track.Dispose();
            throw;
        }
    }

    /// <summary>See <see cref="IAudioSource.Read"/>.</summary>
    internal SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int left = HeadFrames - _given;
        if (left == 0)
        {
            return _source.ReadSound(pcm, cancellationToken);
        }

        int channels = Format.Channels;
        int frames = Math.Min(left, pcm.Length / channels);
        _head.AsSpan(_given * channels, frames * channels).CopyTo(pcm);
        _given += frames;
        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    public void Dispose() => _source.Dispose();

    private void ReadHead(CancellationToken cancellationToken)
    {
        int channels = Format.Channels;
        while (HeadFrames * channels < _head.Length)
        {
            SourceRead read = _source.ReadSound(_head.AsSpan(HeadFrames * channels), cancellationToken);
            _track = read.Track ?? _track;
            HeadFrames += read.Frames;
            if (read.Frames == 0)
            {
                break;
            }
        }

        if (HeadFrames == 0)
        {
            throw new IOException($"{Entry.Shown} has no audio.");
        }

        _track ??= Entry.Untagged ?? new TrackInfo(SourceFile.TitleOf(Entry.Path));
    }
}
