using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>How to play sources.</summary>
public sealed record SourceOptions
{
    /// <summary>Whether files, folders and playlists repeat. Default true.</summary>
    public bool Loop { get; init; } = true;

    /// <summary>Shuffles folders and playlists, in a new order each round. Default <see langword="null"/>: their own order.</summary>
    public Random? Shuffle { get; init; }

    /// <summary>Format of bare PCM on standard input. Default <see langword="null"/>: detect WAV, FLAC, MP3 or Ogg.</summary>
    public RawPcmFormat? Raw { get; init; }

    /// <summary>Measures how long ffmpeg takes, and when captured sound arrives. Default: the system clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
