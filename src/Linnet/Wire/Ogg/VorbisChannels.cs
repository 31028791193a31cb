namespace Linnet.Wire.Ogg;

/// <summary>The order of channels in Vorbis, which Opus has, too.</summary>
internal static class VorbisChannels
{
    /// <summary>The Vorbis channel for each of our channels.</summary>
    /// <remarks>Source: Vorbis I §4.3.9; ours are in WAV order.</remarks>
    internal static ReadOnlySpan<byte> Order(int channels) => channels switch
    {
        3 => [0, 2, 1],
        5 => [0, 2, 1, 3, 4],
        6 => [0, 2, 1, 5, 3, 4],
        7 => [0, 2, 1, 6, 5, 3, 4],
        8 => [0, 2, 1, 7, 5, 6, 3, 4],
        _ => [0, 1, 2, 3],
    };
}
