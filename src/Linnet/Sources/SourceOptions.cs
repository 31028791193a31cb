using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>How sources are played.</summary>
public sealed record SourceOptions
{
    /// <summary>Whether files, folders and playlists begin again after their end. Default true.</summary>
    public bool Loop { get; init; } = true;

    /// <summary>Where the order of folders and playlists comes from, anew each round. By default they keep their own order.</summary>
    public Random? Shuffle { get; init; }

    /// <summary>What the bytes on standard input are, if bare PCM. By default they say so themselves: WAV, FLAC, MP3, Ogg.</summary>
    public RawPcmFormat? Raw { get; init; }

    /// <summary>Opens standard input. By default the process's own.</summary>
    public Func<Stream> OpenStandardInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Measures how long ffmpeg takes, and when captured sound arrives. Default: the system's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
