namespace Linnet.Stations;

/// <summary>Which renditions have their tracks evened out in loudness.</summary>
public enum LoudnessMode
{
    /// <summary>None: sound leaves as loud as it is.</summary>
    Off,

    /// <summary>Those that are not exact anyway, MP3 and Opus. PCM, FLAC and WAV stay what the source is, bit for bit.</summary>
    Lossy,

    /// <summary>All, so that none is exact where a track has tags.</summary>
    All,
}
