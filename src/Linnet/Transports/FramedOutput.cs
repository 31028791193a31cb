using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports;

/// <summary>Sends audio frames and messages over one connection, each of them whole: neither cuts into the other.</summary>
/// <remarks>
/// Sender threads send audio and never wait: a frame that was accepted only in part is kept by reference and finished first.
/// Messages (RTSP's answers, RTCP) queue behind it, and audio waits in its ring until they are out. Nothing is allocated per frame.
/// </remarks>
/// <param name="output">Sends the bytes.</param>
internal sealed class FramedOutput(ConnectionOutput output)
{
    /// <summary>
    /// The most messages that may wait. The reader of requests reads the next one when the kernel has the answer to the last
    /// (<see cref="FlushAsync"/>), so at most one answer, a goodbye or two for each session of the connection, and a report
    /// wait.
    /// </summary>
    internal const int MaxMessages = 512;

    /// <summary>Their bytes: goodbyes are short, and the longest answer is a description.</summary>
    internal const int MaxMessageBytes = 256 * 1024;

    private static readonly TimeSpan KernelBufferTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _messages = new();
    private ReadOnlyMemory<byte> _partial;
    private int _messageBytes;
    private byte[] _renumbered = [];
    private bool _isFlushing;
    private bool _isBroken;

    /// <summary>Whether the connection took an error: nothing more can be sent.</summary>
    internal bool IsBroken => Volatile.Read(ref _isBroken);

    /// <summary>Bytes begun or queued here, and bytes that the output accepted and the peer has not taken.</summary>
    internal long UnsentBytes
    {
        get
        {
            long unsent;
            lock (_gate)
            {
                unsent = _partial.Length + _messageBytes;
            }

            return unsent + output.UnsentBytes;
        }
    }

    /// <summary>Some two seconds of the rendition on the wire, headers included.</summary>
    internal static int KernelBufferFor(RenditionInfo info)
    {
        double headers = TimeSpan.FromSeconds(1) / info.PacketTime * InterleavedFraming.EnvelopeLength;
        return KernelBuffer.For((info.BitRate / 8.0) + headers, KernelBufferTime);
    }

    /// <summary>Bounds what the connection holds for a listener of a rendition.</summary>
    /// <returns>Bytes that it may hold now.</returns>
    internal long BoundFor(RenditionInfo info) => output.Bound(KernelBufferFor(info));

    /// <summary>Sends a packet of sound as a frame of an RTSP connection, or starts to.</summary>
    /// <param name="frame">The frame on channel 0; never written again.</param>
    /// <param name="channel">The channel it goes on.</param>
    /// <returns><see langword="false"/>: nothing of it was sent.</returns>
    internal bool TrySend(ReadOnlyMemory<byte> frame, byte channel)
    {
        lock (_gate)
        {
            return TryFlushLocked() && TryBegin(channel == 0 ? frame : Renumber(frame, channel));
        }
    }

    /// <summary>Sends sound as it is, or starts to.</summary>
    /// <param name="sound">The bytes; never written again.</param>
    /// <returns><see langword="false"/>: nothing of it was sent.</returns>
    internal bool TrySend(ReadOnlyMemory<byte> sound)
    {
        lock (_gate)
        {
            return TryFlushLocked() && TryBegin(sound);
        }
    }

    /// <summary>
    /// Sends a message, or queues it behind a started one. The bytes must not change. If too much waits, the connection counts as
    /// broken: a peer that causes so many messages and reads none is not worth the memory.
    /// </summary>
    internal void Post(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (_messages.Count >= MaxMessages || _messageBytes + message.Length > MaxMessageBytes)
            {
                Volatile.Write(ref _isBroken, true);
                return;
            }

            Enqueue(message);
            TryFlushLocked();
        }
    }

    /// <summary>As <see cref="Post"/>, but only if nothing waits.</summary>
    /// <returns>Whether it was sent, or sending has started.</returns>
    internal bool TryPost(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (!TryFlushLocked())
            {
                return false;
            }

            Enqueue(message);
            TryFlushLocked();
            return true;
        }
    }

    /// <summary>Sends on what was begun and what is queued, without waiting.</summary>
    /// <returns><see langword="false"/> while something still waits.</returns>
    internal bool TryFlush()
    {
        lock (_gate)
        {
            return TryFlushLocked();
        }
    }

    /// <summary>Waits until the output has sent all that was begun and queued, or the connection breaks. One caller at a time.</summary>
    internal async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        while (TakeForFlush() is { IsEmpty: false } rest)
        {
            bool isSent = false;
            try
            {
                await output.SendAllAsync(rest, cancellationToken).ConfigureAwait(false);
                isSent = true;
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // How much of it went out is unknown, so nothing may follow it: see below.
            }

            lock (_gate)
            {
                _isFlushing = false;
                _partial = default;
                _isBroken |= !isSent;
            }
        }

        try
        {
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Volatile.Write(ref _isBroken, true);
        }
    }

    /// <summary>Bytes that <see cref="FlushAsync"/> sends by itself; no other call sends until they are out.</summary>
    private ReadOnlyMemory<byte> TakeForFlush()
    {
        lock (_gate)
        {
            if (TryFlushLocked() || _isBroken)
            {
                return default;
            }

            _isFlushing = true;
            return _partial;
        }
    }

    private bool TryFlushLocked()
    {
        if (_isFlushing || _isBroken)
        {
            return false;
        }

        while (true)
        {
            if (_partial.IsEmpty)
            {
                if (!_messages.TryDequeue(out _partial))
                {
                    return true;
                }

                _messageBytes -= _partial.Length;
            }

            int sent = SendSome(_partial);
            _partial = _partial[sent..];
            if (!_partial.IsEmpty)
            {
                return false;
            }
        }
    }

    private void Enqueue(ReadOnlyMemory<byte> message)
    {
        _messages.Enqueue(message);
        _messageBytes += message.Length;
    }

    private bool TryBegin(ReadOnlyMemory<byte> sound)
    {
        int sent = SendSome(sound);
        _partial = sent == 0 ? default : sound[sent..];
        return sent > 0;
    }

    private int SendSome(ReadOnlyMemory<byte> bytes)
    {
        int sent = output.Send(bytes.Span);
        if (sent < 0)
        {
            Volatile.Write(ref _isBroken, true);
        }

        return Math.Max(0, sent);
    }

    /// <summary>
    /// The same frame on another channel. Rare, for a listener to one stream uses channel 0; so a copy is cheaper than a second write.
    /// </summary>
    private ReadOnlyMemory<byte> Renumber(ReadOnlyMemory<byte> frame, byte channel)
    {
        if (_renumbered.Length < frame.Length)
        {
            _renumbered = new byte[frame.Length];
        }

        frame.CopyTo(_renumbered);
        _renumbered[1] = channel;
        return _renumbered.AsMemory(0, frame.Length);
    }
}
