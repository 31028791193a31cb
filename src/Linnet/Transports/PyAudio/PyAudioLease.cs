using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtp;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// One listener over UDP, for as long as it gets datagrams: until its machine answers that the port is closed, its Hello is too old, or
/// the station ends.
/// </summary>
internal sealed class PyAudioLease : IDisposable
{
    /// <summary>Empty datagrams that signal the end: some may be lost.</summary>
    internal const int EndDatagrams = 10;

    private static readonly TimeSpan EndInterval = TimeSpan.FromMilliseconds(10);

    private readonly TaskCompletionSource<DropReason> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RingLease _ring;
    private readonly PyAudioRoute _route;
    private readonly TimeSpan _leaseTime;
    private readonly SenderPool _senders;
    private readonly PyAudioCounters _counters;
    private readonly TimeProvider _time;
    private long _renewedAt;

    /// <param name="ring">Its lease of the rendition; owned here.</param>
    /// <param name="remote">Its address.</param>
    /// <param name="route">The way to it; owned here.</param>
    /// <param name="datagrams">Makes the datagrams.</param>
    /// <param name="leaseTime">How long a Hello is valid.</param>
    /// <param name="senders">The sender threads.</param>
    /// <param name="counters">The server's counters.</param>
    /// <param name="time">The clock.</param>
    internal PyAudioLease(
        RingLease ring, IPEndPoint remote, PyAudioRoute route, PyAudioDatagrams datagrams, TimeSpan leaseTime, SenderPool senders,
        PyAudioCounters counters, TimeProvider time)
    {
        _ring = ring;
        _route = route;
        _leaseTime = leaseTime;
        _senders = senders;
        _counters = counters;
        _time = time;
        _renewedAt = time.GetTimestamp();
        Listener = new PyAudioUdpListener(ring, remote, route, datagrams, reason => _finished.TrySetResult(reason))
        {
            Since = time.GetUtcNow(),
        };
    }

    internal PyAudioUdpListener Listener { get; }

    /// <summary>It said Hello again. Any thread may call.</summary>
    internal void Renew()
    {
        _counters.CountRenewed();
        Volatile.Write(ref _renewedAt, _time.GetTimestamp());
    }

    /// <summary>Sends until the end, and says it.</summary>
    /// <param name="onStray">Receives datagrams from other addresses.</param>
    /// <param name="cancellationToken">The server stops.</param>
    internal async Task<PyAudioEnd> RunAsync(Action<bool, IPEndPoint> onStray, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _senders.AddAtOnce(Listener, preRoll: TimeSpan.Zero);
        Task hearing = HearAsync(onStray, over.Token);
        Task aging = AgeAsync(over.Token);
        Task first = await Task.WhenAny(_finished.Task, hearing, aging).ConfigureAwait(false);
        PyAudioEnd end = first == _finished.Task
            ? await _finished.Task.ConfigureAwait(false) switch
            {
                DropReason.None => PyAudioEnd.StationEnded,
                DropReason.RenditionFailed => PyAudioEnd.RenditionFailed,
                DropReason.ServerStopped => PyAudioEnd.ServerStopped,
                DropReason.Failed => PyAudioEnd.Failed,
                _ => PyAudioEnd.Unreachable,
            }
            : cancellationToken.IsCancellationRequested ? PyAudioEnd.ServerStopped
            : first == hearing ? PyAudioEnd.Unreachable
            : PyAudioEnd.Expired;

        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(hearing, aging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _senders.RemoveAsync(Listener).ConfigureAwait(false);
        if (end is not PyAudioEnd.Unreachable)
        {
            Listener.SendRest();
        }

        if (end is PyAudioEnd.StationEnded or PyAudioEnd.Expired)
        {
            // If only the server stops, or a rendition failed, a player should reconnect: it notices the silence.
            await SayEndAsync().ConfigureAwait(false);
        }

        return end;
    }

    public void Dispose()
    {
        _route.Dispose();
        _ring.Dispose();
    }

    /// <summary>Returns when its machine has answered that the port is closed.</summary>
    private async Task HearAsync(Action<bool, IPEndPoint> onStray, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[PyAudioHello.Length + 1];
        while (true)
        {
            (int Length, IPEndPoint From) received;
            try
            {
                received = await _route.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e) when (!PyAudioUdpPort.IsNobody(e.SocketErrorCode) && UdpSocket.IsPassing(e.SocketErrorCode))
            {
                continue;
            }
            catch (SocketException)
            {
                return;
            }

            OnDatagram(PyAudioHello.Is(buffer.AsSpan(0, received.Length)), received.From, onStray);
        }
    }

    private void OnDatagram(bool isHello, IPEndPoint from, Action<bool, IPEndPoint> onStray)
    {
        if (!from.Equals(Listener.Remote))
        {
            onStray(isHello, from);
        }
        else if (isHello)
        {
            Renew();
        }
        else
        {
            _counters.Refused.Count(PyAudioRefusal.NotHello);
        }
    }

    /// <summary>Returns when the last Hello is too old.</summary>
    private async Task AgeAsync(CancellationToken cancellationToken)
    {
        while (_leaseTime - _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) is var left && left > TimeSpan.Zero)
        {
            // Task.Delay cuts to whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), _time, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task SayEndAsync()
    {
        for (int i = 0; i < EndDatagrams; i++)
        {
            if (i > 0)
            {
                await Task.Delay(EndInterval, _time, CancellationToken.None).ConfigureAwait(false);
            }

            if (PyAudioUdpPort.IsNobody(_route.Send([])))
            {
                return;
            }
        }
    }
}
