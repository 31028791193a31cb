using System.Net;
using System.Net.Sockets;
using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>Linux alone: a thread that waits for datagrams on one socket and hands them on as they come.</summary>
/// <remarks>
/// A thread, because what .NET offers on Linux tells a socket that somebody receives from of every datagram that left by it, too: with a
/// thousand listeners that cost more than the sending (half of all CPU time in a profile), and each packet that arrived was passed through
/// two more threads.
/// </remarks>
internal sealed class ReceiveThread : IDisposable
{
    private readonly Socket _socket;
    private readonly DatagramHandler _onDatagram;
    private readonly Action _onError;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventDescriptor _stop;
    private readonly Thread _thread;

    /// <summary>A thread that rests until <see cref="Start"/>.</summary>
    /// <param name="socket">Does not block. Outlives this.</param>
    /// <param name="buffer">Room for the longest datagram.</param>
    /// <param name="onDatagram">Called on the thread.</param>
    /// <param name="onError">Called on the thread when a receive failed, or <paramref name="onDatagram"/> did; it goes on.</param>
    internal ReceiveThread(Socket socket, byte[] buffer, DatagramHandler onDatagram, Action onError)
    {
        _stop = EventDescriptor.TryOpen() ?? throw new IOException("No event descriptor can be had: the limit of open files is reached.");
        (_socket, _onDatagram, _onError) = (socket, onDatagram, onError);
        _thread = new Thread(() => Run(buffer)) { Name = "linnet-udp", IsBackground = true };
    }

    /// <summary>Completes when no more will be received: it was told to stop, or the socket broke.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Starts to receive. Once.</summary>
    internal void Start() => _thread.Start();

    /// <summary>Makes the thread end. Any thread may call, at any time.</summary>
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

    // False: this receive failed, or this datagram could not be taken. The next one may do.
    private bool TryReceive(byte[] buffer, SocketAddress from)
    {
        int length;
        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock)
        {
            // It was corrupt: the kernel woke us and threw it away.
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
