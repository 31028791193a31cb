using Linnet.Broadcast.Packets;

namespace Linnet.Relay.Wire;

/// <summary>Why a run ended, as one byte. The numbers are the format's and do not follow the enumeration.</summary>
internal static class EndReasons
{
    private static readonly DropReason[] Known =
        [DropReason.None, DropReason.RenditionFailed, DropReason.GaveWay, DropReason.ServerStopped];

    /// <summary>The byte for a reason. One that says something about a single listener is sent as a failure of the rendition.</summary>
    internal static byte CodeOf(DropReason reason) => (byte)(Array.IndexOf(Known, reason) is >= 0 and var code ? code : 1);

    /// <summary>The reason for a byte. An unknown one means that the rendition can be requested again.</summary>
    internal static DropReason Of(byte code) => code < Known.Length ? Known[code] : DropReason.RenditionFailed;
}
