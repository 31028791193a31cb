using Linnet.Audio;

namespace Linnet.Wire.PyAudio;

/// <summary>What the PyAudio tutorial's programs assume of all sound: no message says it.</summary>
/// <remarks>Source: docs/wire/pyaudio.md.</remarks>
internal static class PyAudioSound
{
    /// <summary>Frames in a message, the last one excepted.</summary>
    public const int FramesPerMessage = 1024;

    /// <summary>Bytes of one frame.</summary>
    public const int BytesPerFrame = 4;

    /// <summary>44.1 kHz, stereo, 16 bits, little-endian.</summary>
    public static readonly RawPcmFormat Format = new(SampleEncoding.S16LE, new AudioFormat(44_100, 2));
}
