using System.Diagnostics.CodeAnalysis;
using Linnet.Wire.Flac;

namespace Linnet.Wire.Ogg;

/// <summary>The first packet of FLAC in Ogg: the number of metadata packets that follow, and STREAMINFO.</summary>
/// <remarks>Source: RFC 9639 §10.1.</remarks>
internal static class OggFlacHead
{
    private const int InfoAt = 13;

    /// <summary>Reads the packet. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, [NotNullWhen(true)] out FlacStreamInfo? info)
    {
        //  0      1      5       6       7          9      13
        // | 0x7F | FLAC | major | minor | packets | fLaC | STREAMINFO with its header
        info = null;
        return packet.Length >= InfoAt + FlacBlockHeader.Length + FlacStreamInfo.BlockLength
            && OggCodecs.Identify(packet) is OggCodec.Flac && packet[5] == 1
            && packet[9..].StartsWith(FlacBlockHeader.Marker)
            && FlacBlockHeader.TryParse(packet[InfoAt..], out FlacBlockHeader header) && header.Type is FlacBlockType.StreamInfo
            && FlacStreamInfo.TryParse(packet[(InfoAt + FlacBlockHeader.Length)..], out info);
    }
}
