using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>Linux alone: a thread that waits for datagrams on one socket and hands them on as they come.</summary>
/// <remarks>
/// A thread, because what .NET offers on Linux tells a socket that somebody receives from of every datagram that left by it, too: with a
/// thousand listeners that cost more than the sending (half of all CPU time in a profile), and each packet that arrived was passed through two
/// more threads.
/// </remarks>
internal sealed unsafe class ReceiveThread : IDisposable
{
    private readonly Lock _stopping = new();
    private readonly Socket _socket;
    private readonly DatagramHandler _onDatagram;
    private readonly Action _onError;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _stop = LibC.EventFd(0, LibC.EfdNonBlock | LibC.EfdCloseOnExec);
    private readonly Thread _thread;
    private bool _isClosed;

    /// <summary>Starts to receive.</summary>
    /// <param name="socket">Does not block. Outlives this.</param>
    /// <param name="buffer">Room for the longest datagram.</param>
    /// <param name="onDatagram">Called on the thread.</param>
    /// <param name="onError">Called on the thread when one receive failed, and the next may not.</param>
    internal ReceiveThread(Socket socket, byte[] buffer, DatagramHandler onDatagram, Action onError)
    {
        if (_stop < 0)
        {
            throw new IOException($"No event descriptor to be had (errno {Marshal.GetLastPInvokeError()}).");
        }

        (_socket, _onDatagram, _onError) = (socket, onDatagram, onError);
        _thread = new Thread(() => Run(buffer)) { Name = "linnet-udp", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Completes when no more will be received: it was told to stop, or the socket broke.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Makes the thread end. Any thread may call, at any time.</summary>
    internal void Stop()
    {
        lock (_stopping)
        {
            if (!_isClosed)
            {
                ulong one = 1;
                _ = LibC.Write(_stop, &one, sizeof(ulong));
            }
        }
    }

    /// <summary>Stops, and waits until the thread has ended.</summary>
    public void Dispose()
    {
        Stop();
        _thread.Join();
        lock (_stopping)
        {
            _isClosed = true;
            _ = LibC.Close(_stop);
        }
    }

    private void Run(byte[] buffer)
    {
        DeadlineWaiter.SharpenThisThread(isLast: false);
        try
        {
            var from = new SocketAddress(_socket.AddressFamily);
            while (WaitForDatagram())
            {
                int length;
                try
                {
                    length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock)
                {
                    // It was corrupt: the kernel woke us and threw it away.
                    continue;
                }
                catch (SocketException e) when (UdpSocket.IsPassing(e.SocketErrorCode))
                {
                    _onError();
                    continue;
                }

                _onDatagram(buffer.AsSpan(0, length), from);
            }

            _ended.SetResult();
        }
        catch (ObjectDisposedException)
        {
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    // Whether there is one; not if told to stop.
    private bool WaitForDatagram()
    {
        LibC.PollFd* descriptors = stackalloc LibC.PollFd[2];
        descriptors[0] = new LibC.PollFd { Descriptor = _stop, Events = LibC.PollIn };
        descriptors[1] = new LibC.PollFd { Descriptor = (int)_socket.Handle, Events = LibC.PollIn };
        while (LibC.PPoll(descriptors, 2, null, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() is not LibC.Interrupted)
            {
                throw new IOException($"Waiting for a datagram failed (errno {Marshal.GetLastPInvokeError()}).");
            }
        }

        return descriptors[0].Returned == 0;
    }
}
