namespace Linnet.Wire.PyAudio;

/// <summary>The only datagram that a client of the PyAudio tutorial's UDP format sends.</summary>
internal static class PyAudioHello
{
    /// <summary>Bytes in the datagram.</summary>
    public const int Length = 5;

    /// <summary>The datagram's bytes.</summary>
    public static ReadOnlySpan<byte> Datagram => "Hello"u8;

    /// <summary>Whether <paramref name="datagram"/> is exactly that datagram.</summary>
    public static bool Is(ReadOnlySpan<byte> datagram) => datagram.SequenceEqual(Datagram);
}
