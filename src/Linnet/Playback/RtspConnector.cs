using Linnet.Transports;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>Connects to a station of an RTSP server, and remembers which transport brought its sound.</summary>
/// <param name="request">The station to connect to.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For numbers that a session starts with.</param>
/// <param name="logger">Receives changes of the transport.</param>
internal sealed class RtspConnector(StationRequest request, TimeProvider time, Random random, ILogger logger) : IStationConnector
{
    private readonly StationLookup _lookup = new(request.Address, time, request.Trust);
    private readonly AudioSections _sections = new();
    private readonly RtspTransport _wanted = TransportOf(request);
    private RtspTransport _transport = TransportOf(request);
    private RtspReceiver? _last;
    private bool _udpWorks;

    /// <summary>The address of the station; <see langword="null"/>: not found yet.</summary>
    internal RtspUri? Address => _lookup.Address;

    /// <inheritdoc/>
    public async Task<IStationReceiver> ConnectAsync(CancellationToken cancellationToken)
    {
        _last = null;
        return _last = await _lookup.ConnectAsync(
            address => RtspReceiver.ConnectAsync(ToRtsp(address), time, random, logger, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// If UDP has never worked, it is not tried again. If it has worked, it may work again: elsewhere, or once the network is repaired.
    /// </summary>
    public void OnLost()
    {
        _udpWorks |= _last is { WasHeardOverUdp: true };
        _transport = _udpWorks ? _wanted : _last is { IsTcp: true } ? RtspTransport.Tcp : _transport;
    }

    private static RtspTransport TransportOf(StationRequest request) =>
        request.Impairment is null ? request.Transport : RtspTransport.Udp;

    private RtspReceiverOptions ToRtsp(RtspUri address) => new()
    {
        Address = address,
        Transport = _transport,
        Impairment = request.Impairment,
        Rendition = request.Rendition,
        Buffer = request.LeastDelay,
        Sections = _sections,
        Trust = request.Trust,
    };
}
