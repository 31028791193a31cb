using System.Net;
using System.Net.Sockets;
using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>Linux only: a thread that waits for datagrams on one socket and passes them on as they arrive.</summary>
/// <remarks>
/// A thread, because .NET on Linux also wakes a receiving socket for every datagram that it sent. With a thousand listeners that cost more
/// than sending (half of all CPU time in a profile), and each received packet was passed through two more threads.
/// </remarks>
internal sealed class ReceiveThread : IDisposable
{
    private readonly Socket _socket;
    private readonly DatagramHandler _onDatagram;
    private readonly Action _onError;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventDescriptor _stop;
    private readonly Thread _thread;

    /// <summary>Creates a thread that waits for <see cref="Start"/>.</summary>
    /// <param name="socket">The non-blocking socket. Must outlive this instance.</param>
    /// <param name="buffer">A buffer for the longest datagram.</param>
    /// <param name="onDatagram">Handles each datagram, on the thread.</param>
    /// <param name="onError">Called on the thread when a receive or <paramref name="onDatagram"/> failed; receiving continues.</param>
    internal ReceiveThread(Socket socket, byte[] buffer, DatagramHandler onDatagram, Action onError)
    {
        _stop = EventDescriptor.TryOpen() ?? throw new IOException("Cannot create an event descriptor: the open-file limit is reached.");
        (_socket, _onDatagram, _onError) = (socket, onDatagram, onError);
        _thread = new Thread(() => Run(buffer)) { Name = "linnet-udp", IsBackground = true };
    }

    /// <summary>Completes when receiving has ended: it was stopped, or the socket broke.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Starts receiving. Call once.</summary>
    internal void Start() => _thread.Start();

    /// <summary>Stops the thread. Thread-safe; may be called at any time.</summary>
    internal void Stop() => _stop.Signal();

    /// <summary>Stops, and waits until the thread has ended.</summary>
    public void Dispose()
    {
        Stop();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _ended.TrySetResult();
        }
        else
        {
            _thread.Join();
        }

        _stop.Dispose();
    }

    private void Run(byte[] buffer)
    {
        DeadlineWaiter.UsePreciseTimers(isLast: false);
        try
        {
            int failures = 0;
            var from = new SocketAddress(_socket.AddressFamily);
            while (_stop.WaitForInput(_socket.SafeHandle))
            {
                if (TryReceive(buffer, from))
                {
                    failures = 0;
                }
                else if (++failures > UdpSocket.MaxFailuresAtOnce && _stop.IsSignalledWithin(UdpSocket.FailurePause))
                {
                    break;
                }
            }

            _ended.SetResult();
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
        {
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    // False: this receive failed, or this datagram was not handled. The next one may succeed.
    private bool TryReceive(byte[] buffer, SocketAddress from)
    {
        int length;
        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock)
        {
            // A corrupt datagram: the kernel woke us and discarded it.
            return true;
        }
        catch (Exception e) when (!UdpSocket.IsOver(e))
        {
            _onError();
            return false;
        }

        return UdpSocket.TryHand(_onDatagram, buffer.AsSpan(0, length), from, _onError);
    }
}
