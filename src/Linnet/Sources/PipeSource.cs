using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;

namespace Linnet.Sources;

/// <summary>
/// Plays what another program writes into a pipe: any format that can be pushed, or bare PCM. A pause in the pipe is a pause, not the end.
/// </summary>
public sealed class PipeSource : IAudioSource
{
    private readonly ReadAhead _bytes;
    private readonly DecodedSound _sound;

    private PipeSource(ReadAhead bytes, DecodedSound sound, string name)
    {
        (_bytes, _sound) = (bytes, sound);
        Duration = sound.Frames is long frames ? Format.DurationOf(frames) : null;
        sound.Begin(new TrackInfo(name));
    }

    /// <inheritdoc/>
    public AudioFormat Format => _sound.Format;

    /// <inheritdoc/>
    public int BitDepth => _sound.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public TimeSpan? Duration { get; }

    /// <summary>Starts reading a pipe. Waits until the format is known.</summary>
    /// <param name="stream">The pipe. The caller still owns it, but must not read it.</param>
    /// <param name="raw">The format of bare PCM; <see langword="null"/> to detect the format: WAV, FLAC, MP3, Ogg and what ffmpeg reads
    /// from a pipe.</param>
    /// <param name="name">Its name in errors, and the title if there is none: "standard input".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">Linnet cannot read the format, or the pipe failed; the message is a sentence for the user.</exception>
    public static PipeSource Open(Stream stream, RawPcmFormat? raw, string name, CancellationToken cancellationToken = default)
    {
        var bytes = new ReadAhead(stream);
        return Open(bytes, raw, name, cancellationToken);
    }

    /// <summary>Like the public overload, for a pipe that is open or being opened.</summary>
    internal static PipeSource Open(ReadAhead bytes, RawPcmFormat? raw, string name, CancellationToken cancellationToken)
    {
        IStreamDecoder decoder = raw is null ? new AnyStreamDecoder(StreamKind.Unknown, isFile: true) : new RawStreamDecoder(raw);
        var sound = new DecodedSound(bytes.Read, decoder, name);
        try
        {
            if (raw is not null)
            {
                // Bare PCM has no header to wait for.
                sound.OnFormat(RawStreamDecoder.FormatOf(raw));
            }

            return sound.WaitForFormat(cancellationToken) ? new PipeSource(bytes, sound, name) : throw sound.NoSound();
        }
        catch
        {
            sound.Dispose();
            bytes.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) => _sound.Read(pcm, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _sound.Dispose();
        _bytes.Dispose();
    }
}
