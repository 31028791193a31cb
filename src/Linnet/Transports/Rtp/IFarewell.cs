using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>A listener that can be told over RTCP why its stream ends.</summary>
internal interface IFarewell
{
    /// <summary>Sends a goodbye.</summary>
    /// <param name="reason">The reason; see <see cref="GoodbyeReason"/>.</param>
    /// <param name="batch">Receives the datagrams.</param>
    void SayGoodbye(string reason, SendBatch batch);
}
