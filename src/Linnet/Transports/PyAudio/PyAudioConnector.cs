using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>Connects to a server of the PyAudio tutorial's formats.</summary>
/// <param name="request">The station to receive.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Provides the initial numbers of a stream.</param>
/// <param name="logger">Logs silent servers.</param>
internal sealed class PyAudioConnector(StationRequest request, TimeProvider time, Random random, ILogger logger) : IStationConnector
{
    /// <summary>Whether it is an address of one.</summary>
    internal static bool Takes(Uri address) => PyAudioAddress.TryParse(address, out _);

    /// <inheritdoc/>
    public Task<IStationReceiver> ConnectAsync(CancellationToken cancellationToken)
    {
        var options = new PyAudioReceiverOptions
        {
            Address = PyAudioAddress.TryParse(request.Address, out PyAudioAddress? address)
                ? address : throw new InvalidOperationException($"{request.Address.Scheme} is no scheme of the tutorial's."),
            Format = request.Format ?? PyAudioReceiverOptions.UsualFormat,
            Tolerance = request.LeastDelay,
        };
        return PyAudioReceiver.ConnectAsync(options, time, random, logger, cancellationToken);
    }
}
