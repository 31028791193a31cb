namespace Linnet.Wire.PyAudio;

/// <summary>The one datagram that a client of the PyAudio tutorial's UDP format sends.</summary>
public static class PyAudioHello
{
    /// <summary>Its bytes.</summary>
    public const int Length = 5;

    /// <summary>The datagram.</summary>
    public static ReadOnlySpan<byte> Datagram => "Hello"u8;

    /// <summary>Whether <paramref name="datagram"/> is it, to the byte.</summary>
    public static bool Is(ReadOnlySpan<byte> datagram) => datagram.SequenceEqual(Datagram);
}
