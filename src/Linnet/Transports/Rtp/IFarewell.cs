using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>A listener that can be told by RTCP why nothing more will come.</summary>
internal interface IFarewell
{
    /// <summary>Says goodbye.</summary>
    /// <param name="reason">Why; see <see cref="GoodbyeReason"/>.</param>
    /// <param name="batch">Takes the datagrams.</param>
    void SayGoodbye(string reason, SendBatch batch);
}
