using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Counts whom a server refuses, and says so now and then: a flood of strangers must not fill the log. Any thread may call.
/// </summary>
internal sealed class PyAudioRefusals(PyAudioCounters counters, string transport, TimeProvider time, ILogger logger)
{
    private readonly LogThrottle _saying = new(time);

    internal void Count(IPEndPoint remote, PyAudioRefusal reason)
    {
        counters.Refused.Count(reason);
        if (_saying.TrySay(out long unsaid))
        {
            logger.ListenerRefused(remote, transport, reason.ToWords(), unsaid);
        }
    }
}
