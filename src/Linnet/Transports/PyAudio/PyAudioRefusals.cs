using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>Counts refused clients and logs them at intervals, so that a flood of strangers does not fill the log. Thread-safe.</summary>
internal sealed class PyAudioRefusals(PyAudioCounters counters, string transport, TimeProvider time, ILogger logger)
{
    private readonly LogThrottle _saying = new(time);

    internal void Count(IPEndPoint remote, PyAudioRefusal reason)
    {
        counters.Refused.Count(reason);
        if (_saying.TrySay(out Unsaid unsaid))
        {
            logger.ListenerRefused(remote, transport, reason.ToWords(), unsaid);
        }
    }
}
