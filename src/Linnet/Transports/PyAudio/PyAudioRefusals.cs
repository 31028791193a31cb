using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>Counts whom a server refuses, and says so now and then: a flood of strangers must not fill the log. Any thread may call.</summary>
internal sealed class PyAudioRefusals(PyAudioCounters counters, string transport, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private long _unsaid;

    internal void Count(IPEndPoint remote, PyAudioRefusal reason)
    {
        counters.Refused.Count(reason);
        long unsaid;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_saidAt is long before && time.GetElapsedTime(before, now) < Silence)
            {
                _unsaid++;
                return;
            }

            _saidAt = now;
            (unsaid, _unsaid) = (_unsaid, 0);
        }

        logger.ListenerRefused(remote, transport, reason, unsaid);
    }
}
