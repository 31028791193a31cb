namespace Linnet.Stations;

/// <summary>Which renditions level the loudness of their tracks.</summary>
public enum LoudnessMode
{
    /// <summary>None: audio keeps its loudness.</summary>
    Off,

    /// <summary>Only the lossy renditions, MP3 and Opus. PCM, FLAC and WAV stay bit-exact.</summary>
    Lossy,

    /// <summary>All: no rendition is bit-exact where a track has tags.</summary>
    All,
}
