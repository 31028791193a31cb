using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Wire.Mpeg;

namespace Linnet.Sources.Files;

/// <summary>Plays a file with the stream decoders: WAV, AIFF, FLAC, MP3, Ogg. It ends at the end of the file.</summary>
internal sealed class DecodedFile : IAudioSource
{
    private const int BufferLength = 1 << 16;

    /// <summary>The declared length of a WAV or AIFF is trusted if the file has at most this many bytes besides the samples.</summary>
    private const int MaxBeside = 1 << 20;

    /// <summary>Maximum number of tags before the sound.</summary>
    private const int MaxTags = 16;

    /// <summary>How far to search for the first frames in a file named like an MP3, in bytes.</summary>
    private const int MaxSearch = 1 << 16;

    /// <summary>Number of consecutive frames that cannot be a coincidence.</summary>
    private const int SureFrames = 4;

    private readonly FileStream _file;
    private readonly DecodedSound _sound;
    private readonly string _path;
    private readonly Lazy<TimeSpan?> _duration;
    private ReadOnlyMemory<byte> _front;

    private DecodedFile(FileStream file, StreamKind kind, string path)
    {
        (_file, _path) = (file, path);
        _front = kind is StreamKind.Aiff ? AiffFront.Take(file) : Array.Empty<byte>();
        _sound = new DecodedSound(ReadBytes, new AnyStreamDecoder(kind, isFile: true), path);

        // The length declared in a WAV or AIFF is trusted if the file is that long, and not much longer.
        long length = file.Length;
        _duration = new Lazy<TimeSpan?>(
            () => length - _sound.Bytes is >= 0 and < MaxBeside ? Format.DurationOf(_sound.Frames ?? 0) : FileLength.Of(path, kind));
    }

    /// <inheritdoc/>
    public AudioFormat Format => _sound.Format;

    /// <inheritdoc/>
    public int BitDepth => _sound.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => _duration.Value;

    /// <summary>
    /// Opens a file. Returns <see langword="null"/> if it is of another kind or cannot be decoded here: another reader may support it.
    /// </summary>
    /// <param name="path">A regular file that can be read.</param>
    /// <param name="untagged">Title and artist if the tags have no title; by default the file name without its extension.</param>
    /// <param name="name">The file's real name if it differs from the path: its extension may matter.</param>
    /// <param name="cancellationToken">Cancels the search for the sound.</param>
    /// <exception cref="IOException">The file has no sound, or cannot be read; the message is a sentence for the user.</exception>
    internal static DecodedFile? TryOpen(
        string path, TrackInfo? untagged, string? name = null, CancellationToken cancellationToken = default) =>
        TryOpen(path, untagged, name, out _, cancellationToken);

    /// <param name="path">A regular file that can be read.</param>
    /// <param name="untagged">Title and artist if the tags have no title.</param>
    /// <param name="name">The file's real name.</param>
    /// <param name="reason">Why a file of a known kind cannot be decoded here, for the case that no other reader supports it.</param>
    /// <param name="cancellationToken">Cancels the search for the sound.</param>
    /// <inheritdoc cref="TryOpen(string, TrackInfo?, string?, CancellationToken)"/>
    internal static DecodedFile? TryOpen(
        string path, TrackInfo? untagged, string? name, out IOException? reason, CancellationToken cancellationToken)
    {
        reason = null;
        var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferLength, FileOptions.SequentialScan);
        DecodedFile? opened = null;
        try
        {
            StreamKind kind = KindOf(file, path, Path.GetExtension(name ?? path));
            if (kind is StreamKind.Unknown)
            {
                file.Dispose();
                return null;
            }

            opened = new DecodedFile(file, kind, path);
            if (opened._sound.WaitForSound(cancellationToken))
            {
                opened._sound.Begin(untagged ?? new TrackInfo(SourceFile.TitleOf(path)), FileTags.Read(path));
                return opened;
            }

            if (opened._sound.Problem is null || opened._sound.Problem == StreamProblem.NoAudio)
            {
                throw opened._sound.NoSound();
            }

            reason = opened._sound.NoSound();
            opened.Dispose();
            return null;
        }
        catch
        {
            opened?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) => _sound.Read(pcm, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _sound.Dispose();
        _file.Dispose();
    }

    /// <summary>The kind of the file, if it is decoded here. Leaves the file at its beginning.</summary>
    private static StreamKind KindOf(FileStream file, string path, string extension)
    {
        if (!file.CanSeek)
        {
            throw new IOException($"{path} is not a regular file.");
        }

        byte[] head = new byte[StreamKinds.HeadLength];
        long at = 0;
        int length = Fill(file, head, at);
        for (int tags = 0; tags < MaxTags && MpegTag.LengthOf(head.AsSpan(0, length)) is > 0 and long tag; tags++)
        {
            at += tag;
            length = Fill(file, head, at);
        }

        StreamKind kind = StreamKinds.Identify(head.AsSpan(0, length));
        kind = kind switch
        {
            StreamKind.Mpeg or StreamKind.Ogg or StreamKind.Flac or StreamKind.Wav or StreamKind.Aiff => kind,

            // A part of a file, or a file with a damaged beginning.
            StreamKind.Unknown => extension.ToUpperInvariant() switch
            {
                ".MP3" or ".MP2" or ".MPGA" when HoldsMpeg(file, at) => StreamKind.Mpeg,
                ".OGG" or ".OGA" or ".OPUS" => StreamKind.Ogg,
                _ => StreamKind.Unknown,
            },
            _ => StreamKind.Unknown,
        };
        file.Position = 0;
        return kind;
    }

    private static bool HoldsMpeg(FileStream file, long at)
    {
        byte[] bytes = new byte[MaxSearch];
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, Fill(file, bytes, at));
        var framer = new MpegFramer();
        int frames = 0;
        while (frames < SureFrames && framer.TryRead(ref rest, out MpegFrame frame))
        {
            frames = frame.FollowsGap ? 1 : frames + 1;
        }

        return frames == SureFrames;
    }

    private static int Fill(FileStream file, byte[] buffer, long at)
    {
        file.Position = at;
        return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }

    private int ReadBytes(Span<byte> destination, CancellationToken cancellationToken)
    {
        if (!_front.IsEmpty)
        {
            int length = Math.Min(_front.Length, destination.Length);
            _front.Span[..length].CopyTo(destination);
            _front = _front[length..];
            return length;
        }

        try
        {
            return _file.Read(destination);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{_path} cannot be read: {e.Message}", e);
        }
    }
}
