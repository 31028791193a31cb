using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Serves one station to the PyAudio tutorial's UDP clients: a client that sends the Hello gets audio for a limited time.
/// </summary>
/// <remarks>
/// Five bytes with a forged source address start megabytes. So it limits which networks, how many listeners, and for how long. Each
/// listener has a connected socket, which reports a closed port (not on Windows: <see cref="PyAudioRoute"/>). Source: docs/wire/pyaudio.md.
/// </remarks>
internal sealed class PyAudioUdpServer : IDisposable
{
    // Services that answer every datagram (echo, time, DNS) use lower ports; clients do not.
    private const int FirstClientPort = 1024;

    private const int FailuresPerLine = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, (PyAudioLease Lease, Task Running)> _leases = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly PyAudioServerOptions _options;
    private readonly PyAudioAudience _audience;
    private readonly SenderPool _senders;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PyAudioCounters _counters;
    private readonly PyAudioDatagrams _datagrams;
    private readonly PyAudioUdpPort _port;
    private long _failures;

    /// <param name="port">The port; owned by this server.</param>
    /// <param name="options">The limits.</param>
    /// <param name="audience">Admits and counts the listeners.</param>
    /// <param name="senders">The sender threads.</param>
    /// <param name="counters">The counters.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs failures.</param>
    internal PyAudioUdpServer(
        PyAudioUdpPort port, PyAudioServerOptions options, PyAudioAudience audience, SenderPool senders, PyAudioCounters counters,
        TimeProvider time, ILogger logger)
    {
        _options = options;
        _audience = audience;
        _senders = senders;
        _time = time;
        _logger = logger;
        _counters = counters;
        _datagrams = new PyAudioDatagrams(options.DatagramLength);
        _port = port;
    }

    internal IPEndPoint LocalEndPoint => _port.LocalEndPoint;

    /// <summary>Receives Hellos until cancelled; then sends every listener the end, and returns.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _port.ReceiveAsync(OnDatagram, OnFailure, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            Task[] running;
            lock (_gate)
            {
                running = [.. _leases.Values.Select(l => l.Running)];
            }

            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _port.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Handles a datagram, which may come from anyone. Thread-safe.</summary>
    /// <param name="isHello">Whether it was the Hello.</param>
    /// <param name="remote">Its source address, which may be forged.</param>
    /// <param name="local">Which of our addresses it was sent to, if known.</param>
    internal void OnDatagram(bool isHello, IPEndPoint remote, IPAddress? local)
    {
        PyAudioRefusal? refusal;
        lock (_gate)
        {
            if (isHello && _leases.TryGetValue(remote, out (PyAudioLease Lease, Task Running) known))
            {
                known.Lease.Renew();
                return;
            }

            refusal = _stopping.IsCancellationRequested ? PyAudioRefusal.Unavailable : Judge(isHello, remote) ?? Open(remote, local);
        }

        if (refusal is { } reason)
        {
            _audience.Refuse(remote, reason);
        }
    }

    // Logged at intervals: an error with every datagram would fill the log.
    private void OnFailure(Exception e)
    {
        long failures = Interlocked.Increment(ref _failures);
        if (failures % FailuresPerLine == 1)
        {
            _logger.DatagramFailed(e, failures);
        }
    }

    private PyAudioRefusal? Judge(bool isHello, IPEndPoint remote) =>
        !isHello ? PyAudioRefusal.NotHello
        : remote.Port < FirstClientPort ? PyAudioRefusal.ServicePort
        : !_options.Allows(remote.Address) ? PyAudioRefusal.NetworkNotAllowed
        : null;

    private PyAudioRefusal? Open(IPEndPoint remote, IPAddress? local)
    {
        if (!_audience.TryEnter(remote, out RingLease? ring, out PyAudioRefusal refusal))
        {
            return refusal;
        }

        if (_port.TryConnect(remote, local) is not PyAudioRoute route)
        {
            ring.Dispose();
            _audience.Leave(remote);
            return PyAudioRefusal.Unavailable;
        }

        var lease = new PyAudioLease(ring, remote, route, _datagrams, _options.LeaseTime, _senders, _counters, _time);
        _leases.Add(remote, (lease, ServeAsync(lease)));
        return null;
    }

    private async Task ServeAsync(PyAudioLease lease)
    {
        // Yields first, so that the lease is in the list before it is removed.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        PyAudioUdpListener listener = lease.Listener;
        PyAudioEnd? end = null;
        try
        {
            _audience.Begin(listener);
            end = await lease.RunAsync(OnStray, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _logger.ListenerFailed(e, listener.Remote);
        }
        finally
        {
            lease.Dispose();
            lock (_gate)
            {
                _leases.Remove(listener.Remote);
            }

            // The log comes last: where it fails, the place is free nevertheless.
            _audience.Leave(listener.Remote);
            _audience.End(listener, end);
        }
    }

    /// <summary>Handles a datagram from another sender that a lease's socket received between bind and connect.</summary>
    private void OnStray(bool isHello, IPEndPoint remote)
    {
        if (isHello || !_stopping.IsCancellationRequested)
        {
            OnDatagram(isHello, remote, null);
        }
    }
}
