using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>An audio file that only libsndfile can read: CAF, AU, W64, compressed WAV and AIFF-C, and more.</summary>
/// <remarks>Integer PCM of up to 24 bits is exact. No declaration in the file is trusted, least of all its length.</remarks>
internal sealed class SndFileSource : IAudioSource
{
    private static readonly TimeSpan LongestBelievable = TimeSpan.FromDays(30);

    private readonly SndFile.Handle _file;
    private readonly string _path;
    private readonly long _declaredFrames;
    private readonly ChannelLayout? _layout;
    private readonly int _storedChannels;
    private float[] _stored = [];
    private long _position;
    private TrackInfo? _track;

    private SndFileSource(SndFile.Handle file, SndFile.Info info, string path, TrackInfo? untagged)
    {
        _file = file;
        _path = path;
        _declaredFrames = info.Frames;
        _layout = FileLayout.Of(file, info);
        _storedChannels = info.Channels;
        Format = new AudioFormat(info.SampleRate, _layout?.Channels ?? info.Channels);
        BitDepth = BitDepthOf(info.Format & SndFile.SubtypeMask);
        Duration = info.Frames > 0 && info.Frames / info.SampleRate < LongestBelievable.TotalSeconds
            ? Format.DurationOf(info.Frames) : null;
        _track = ReadTags(file).Or(FileTags.Read(path)).NameOr(untagged ?? new TrackInfo(SourceFile.TitleOf(path)));
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public int BitDepth { get; }

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration { get; }

    /// <summary>Opens a file; returns <see langword="null"/> if libsndfile does not support it, or is not used.</summary>
    /// <param name="path">A regular file that can be read.</param>
    /// <param name="untagged">Title and artist if the tags have no title; by default the file name without its extension.</param>
    /// <param name="isUsed">Whether libsndfile is used; by default what <see cref="CodecChoice"/> says.</param>
    /// <exception cref="IOException">Linnet does not carry the file's format; the message is a sentence for the user.</exception>
    internal static SndFileSource? TryOpen(string path, TrackInfo? untagged, bool? isUsed = null)
    {
        if (!(isUsed ?? CodecChoice.Uses(NativeLibraries.SndFile)))
        {
            return null;
        }

        // The full path, because libsndfile takes a bare "-" for standard input.
        SndFile.Handle? file = SndFile.TryOpen(Path.GetFullPath(path), out SndFile.Info info);
        if (file is null)
        {
            return null;
        }

        try
        {
            SourceFile.ThrowIfNotCarried(path, info.SampleRate, info.Channels);
            return new SndFileSource(file, info, path, untagged);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int frames = _layout is null ? ReadStored(pcm) : ReadPlaced(_layout, pcm);
        if (frames <= 0)
        {
            ThrowIfCutShort();
            return _position > 0 ? SourceRead.End : throw new IOException($"{_path} has no audio.");
        }

        _position += frames;
        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private int ReadStored(Span<float> pcm)
    {
        int frames = (int)SndFile.Read(_file, pcm, pcm.Length / _storedChannels);
        if (frames > 0 && BitDepth == 0)
        {
            SampleLimit.Apply(pcm[..(frames * _storedChannels)]);
        }

        return frames;
    }

    private int ReadPlaced(ChannelLayout layout, Span<float> pcm)
    {
        int samples = pcm.Length / layout.Channels * layout.Stored;
        if (_stored.Length < samples)
        {
            _stored = new float[samples];
        }

        int frames = ReadStored(_stored.AsSpan(0, samples));
        layout.Place(_stored.AsSpan(0, Math.Max(0, frames) * layout.Stored), pcm);
        return frames;
    }

    /// <summary>Throws if the file was cut short. Decoders also report garbage after the last frame, which does not matter.</summary>
    private void ThrowIfCutShort()
    {
        if (_position < _declaredFrames && SndFile.Problem(_file) is string problem)
        {
            throw new IOException($"{_path} is damaged after {Format.DurationOf(_position).TotalSeconds:F1} s: {problem.TrimEnd('.')}.");
        }
    }

    private static SoundTags ReadTags(SndFile.Handle file) =>
        new(TagText.Decode(SndFile.Tag(file, SndFile.TitleTag)), TagText.Decode(SndFile.Tag(file, SndFile.ArtistTag)));

    /// <summary>Maps <c>SF_FORMAT_…</c>: subtypes that are integer PCM, or decode to all of it.</summary>
    private static int BitDepthOf(int subtype) => subtype switch
    {
        0x0001 or 0x0005 => 8,              // PCM_S8, PCM_U8
        0x0002 or 0x0041 or 0x0070 => 16,   // PCM_16, DWVW_16, ALAC_16
        0x0010 or 0x0011 => 16,             // ULAW, ALAW: G.711 expands to 14 and 13 bits
        0x0071 => 20,                       // ALAC_20
        0x0003 or 0x0042 or 0x0072 => 24,   // PCM_24, DWVW_24, ALAC_24
        0x0004 or 0x0073 => 32,             // PCM_32, ALAC_32
        0x0040 => 12,                       // DWVW_12
        _ => 0,
    };
}
