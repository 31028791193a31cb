using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;

namespace Linnet.Sources;

/// <summary>
/// Sound that another program writes into a pipe: a file of any kind that is also taken when it is pushed, or bare PCM. A pause in the pipe
/// is a pause, not an end.
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

    /// <summary>Begins to read a pipe. Waits until it is known what comes.</summary>
    /// <param name="stream">The pipe. Stays the caller's, but nobody else reads it any more.</param>
    /// <param name="raw">What the bytes are, or <see langword="null"/> where they say so themselves: WAV, FLAC, MP3, Ogg and what ffmpeg
    /// reads from a pipe.</param>
    /// <param name="name">What to call it where it has no title, and in errors: "standard input".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It is no sound that Linnet reads, or it broke; the message is a sentence for the user.</exception>
    public static PipeSource Open(Stream stream, RawPcmFormat? raw, string name, CancellationToken cancellationToken = default)
    {
        var bytes = new ReadAhead(stream);
        return Open(bytes, raw, name, cancellationToken);
    }

    /// <summary>As the public one, of a pipe that is open or is opened now.</summary>
    internal static PipeSource Open(ReadAhead bytes, RawPcmFormat? raw, string name, CancellationToken cancellationToken)
    {
        IStreamDecoder decoder = raw is null ? new AnyStreamDecoder(StreamKind.Unknown, isFile: true) : new RawStreamDecoder(raw);
        var sound = new DecodedSound(bytes.Read, decoder, name);
        try
        {
            if (raw is not null)
            {
                // It says nothing at its beginning that would be worth a wait.
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
