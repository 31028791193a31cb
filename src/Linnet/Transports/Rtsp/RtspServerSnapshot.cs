using System.Net;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>One session as it is now.</summary>
/// <param name="Remote">The address of its client.</param>
/// <param name="Transport"><c>rtsp-udp</c> or <c>rtsp-tcp</c>.</param>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name.</param>
/// <param name="IsPlaying">Whether audio is sent: <see langword="false"/> before PLAY and after PAUSE.</param>
/// <param name="PacketsSent">Packets handed to the network.</param>
/// <param name="PacketsSkipped">Packets it missed because it was too slow.</param>
/// <param name="UnsentBytes">Bytes that wait for it, in the kernel too.</param>
/// <param name="Lag">The duration of these bytes.</param>
/// <param name="Reception">Its last reception report; <see langword="null"/>: none.</param>
/// <param name="Since">When it was set up.</param>
internal sealed record RtspSessionSnapshot(
    IPEndPoint Remote,
    string Transport,
    string Station,
    string Rendition,
    bool IsPlaying,
    long PacketsSent,
    long PacketsSkipped,
    long UnsentBytes,
    TimeSpan Lag,
    ReceptionReport? Reception,
    DateTimeOffset Since)
{
    /// <summary>Its number, which no other listener of this process has.</summary>
    public long Number { get; init; }

    /// <summary>Bytes of payload handed to the network.</summary>
    public long BytesSent { get; init; }

    /// <summary>What was done to repair what it loses; <see langword="null"/> where that was not agreed on.</summary>
    public RepairStatistics? Repair { get; init; }
}

/// <summary>An RTSP server as it is now, and what it counted since it started.</summary>
/// <param name="Sessions">The sessions.</param>
/// <param name="IdleConnections">Connections without a session.</param>
/// <param name="Requests">Requests answered since the start.</param>
/// <param name="RefusedRequests">The refused ones among them, by status.</param>
/// <param name="RefusedConnections">Connections refused, or closed by the server, by reason.</param>
/// <param name="EndedSessions">Sessions that ended, by reason.</param>
/// <param name="ReportsHeard">RTCP datagrams received from listeners over UDP.</param>
/// <param name="PortsLatched">Times a listener over UDP sent from another port than it had announced.</param>
/// <param name="StrangeDatagrams">Datagrams from addresses without a listener.</param>
/// <param name="MalformedDatagrams">Malformed RTCP datagrams from listeners.</param>
/// <param name="UnauthenticDatagrams">Datagrams in the name of listeners over SRTP that are forged or repeated.</param>
internal sealed record RtspServerSnapshot(
    IReadOnlyList<RtspSessionSnapshot> Sessions,
    int IdleConnections,
    long Requests,
    IReadOnlyDictionary<RtspStatus, long> RefusedRequests,
    IReadOnlyDictionary<RtspConnectionRefusal, long> RefusedConnections,
    IReadOnlyDictionary<RtspSessionEnd, long> EndedSessions,
    long ReportsHeard,
    long PortsLatched,
    long StrangeDatagrams,
    long MalformedDatagrams,
    long UnauthenticDatagrams)
{
    /// <summary>The totals sent over UDP and within connections since the start.</summary>
    public IReadOnlyList<TransportTotal> Totals { get; init; } = [];
}
