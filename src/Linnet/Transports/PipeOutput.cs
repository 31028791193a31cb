using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Linnet.Broadcast.Streams;

namespace Linnet.Transports;

/// <summary>
/// Sends through a pipe. Sending copies into a bounded buffer; a thread-pool thread writes that to the pipe, so that encryption, or a pipe
/// that is full or fails, costs the sender thread and the other listeners nothing.
/// </summary>
internal sealed class PipeOutput : ConnectionOutput, IThreadPoolWorkItem
{
    // Bytes written to the pipe between two flushes: the most that it holds for us.
    private const int MaxFlush = 64 * 1024;

    // Waits until all is written and the drain has ended.
    private const long Idle = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly PipeWriter _writer;
    private readonly Socket? _socket;
    private readonly Action _abort;
    private byte[] _waiting = [];
    private int _length;
    private int _flushing;
    private int _capacity = KernelBuffer.Least;
    private long _kernelCapacity;
    private bool _isDraining;
    private bool _isEnding;
    private bool _hasEnded;
    private bool _isBroken;
    private readonly Queue<(long At, TaskCompletionSource Done)> _waits = new();
    private long _accepted;
    private long _flushed;

    internal PipeOutput(PipeWriter writer, Socket? socket, Action abort) => (_writer, _socket, _abort) = (writer, socket, abort);

    /// <inheritdoc/>
    internal override long Capacity => _capacity + _kernelCapacity;

    /// <inheritdoc/>
    internal override long UnsentBytes
    {
        get
        {
            long held;
            lock (_gate)
            {
                held = _length + _flushing;
            }

            return held + (_socket is null ? 0 : KernelBytes(_socket.SafeHandle));
        }
    }

    /// <inheritdoc/>
    internal override long Bound(int bytes)
    {
        _capacity = Math.Max(bytes, KernelBuffer.Least);
        try
        {
            // Both together hold about as much as a socket: Linux doubles the size that is set.
            _kernelCapacity = _socket is null ? 0 : KernelBuffer.Set(_socket, bytes / 2);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The next flush reports the failure.
        }

        return Capacity;
    }

    /// <inheritdoc/>
    internal override int Send(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            int room = Room();
            return room <= 0 ? room : Begin(Append(bytes, room));
        }
    }

    /// <inheritdoc/>
    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        lock (_gate)
        {
            int room = Room();
            if (room <= 0)
            {
                return room;
            }

            int taken = Append(lead, room);
            for (int i = 0; i < pieces.Length && taken < room; i++)
            {
                taken += Append(pieces[i].Span, room - taken);
            }

            return Begin(taken);
        }
    }

    /// <inheritdoc/>
    internal override async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty && Send(bytes.Span) is int sent and >= 0)
        {
            bytes = bytes[sent..];
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!bytes.IsEmpty || Volatile.Read(ref _isBroken))
        {
            throw new IOException("The connection is broken.");
        }
    }

    /// <inheritdoc/>
    internal override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Not until the output is idle: on a slow connection sender threads add audio all the time.
            return _isEnding ? WaitLocked(Idle, cancellationToken)
                : _flushed >= _accepted ? ValueTask.CompletedTask
                : WaitLocked(_accepted, cancellationToken);
        }
    }

    /// <inheritdoc/>
    internal override bool CanHalfClose => false;

    /// <inheritdoc/>
    internal override void Shutdown()
    {
        lock (_gate)
        {
            _isEnding = true;
            StartDraining();
        }
    }

    /// <inheritdoc/>
    internal override void Abort()
    {
        Break();
        _abort();
    }

    /// <inheritdoc/>
    internal override void Cut() => Abort();

    /// <inheritdoc/>
    internal override ValueTask CloseAsync()
    {
        Break();
        lock (_gate)
        {
            return WaitLocked(Idle, CancellationToken.None);
        }
    }

    /// <summary>Writes what waits to the pipe. One at a time; <see cref="CloseAsync"/> waits for its end.</summary>
    void IThreadPoolWorkItem.Execute() => _ = DrainAsync();

    private async Task DrainAsync()
    {
        byte[] taken = [];
        while (TryTake(ref taken, out int length))
        {
            try
            {
                for (int at = 0; at < length && !Volatile.Read(ref _isBroken); at += MaxFlush)
                {
                    int part = Math.Min(MaxFlush, length - at);
                    _writer.Write(taken.AsSpan(at, part));
                    FlushResult flushed = await _writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                    CountFlushed(part, flushed.IsCompleted || flushed.IsCanceled);
                }

                if (length == 0)
                {
                    await _writer.CompleteAsync().ConfigureAwait(false);
                }
            }
            catch (Exception)
            {
                // The reader of the pipe failed: this connection is over, and its listener is dropped with the next send.
                CountFlushed(0, isBroken: true);
            }
        }
    }

    /// <summary>Takes the bytes to write next, none to complete the pipe; <see langword="false"/>: there is nothing to do.</summary>
    private bool TryTake(ref byte[] taken, out int length)
    {
        lock (_gate)
        {
            (taken, _waiting) = (_waiting, taken);
            (length, _length) = (_length, 0);
            _flushing = _isBroken ? 0 : length;
            if (length > 0)
            {
                return true;
            }

            if (_isEnding && !_isBroken && !_hasEnded)
            {
                _hasEnded = true;
                return true;
            }

            // An idle output holds no buffers.
            Return(ref taken);
            Return(ref _waiting);
            _isDraining = false;
            Release(Idle);
            return false;
        }
    }

    private void CountFlushed(int bytes, bool isBroken)
    {
        lock (_gate)
        {
            _flushing = Math.Max(0, _flushing - bytes);
            _flushed += bytes;
            Release(_flushed);
            if (isBroken)
            {
                DropLocked();
            }
        }
    }

    private ValueTask WaitLocked(long at, CancellationToken cancellationToken)
    {
        if (!_isDraining)
        {
            return ValueTask.CompletedTask;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Enqueue((at, done));
        return new ValueTask(done.Task.WaitAsync(cancellationToken));
    }

    private void Release(long flushed)
    {
        while (_waits.TryPeek(out (long At, TaskCompletionSource Done) wait) && wait.At <= flushed)
        {
            _waits.Dequeue().Done.TrySetResult();
        }
    }

    private int Room() => _isBroken || _isEnding ? -1 : Math.Max(0, _capacity - _length - _flushing);

    private int Append(ReadOnlySpan<byte> bytes, int room)
    {
        int count = Math.Min(bytes.Length, room);
        if (_waiting.Length < _length + count)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_length + count);
            _waiting.AsSpan(0, _length).CopyTo(larger);
            Return(ref _waiting);
            _waiting = larger;
        }

        bytes[..count].CopyTo(_waiting.AsSpan(_length));
        _length += count;
        _accepted += count;
        return count;
    }

    private int Begin(int taken)
    {
        if (taken > 0)
        {
            StartDraining();
        }

        return taken;
    }

    private void StartDraining()
    {
        if (!_isDraining)
        {
            _isDraining = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Drops what waits, and ends the wait for a flush that is under way.</summary>
    private void Break()
    {
        bool isPending;
        lock (_gate)
        {
            isPending = _isDraining;
            DropLocked();
        }

        // Not under the lock: the pipe has its own lock, under which it may call us.
        if (isPending)
        {
            _writer.CancelPendingFlush();
        }
    }

    private void DropLocked()
    {
        _isBroken = true;
        (_length, _flushing) = (0, 0);
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = [];
    }
}
