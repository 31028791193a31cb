namespace Linnet.Sources;

/// <summary>Reads a stream on a thread of its own into a bounded buffer, so that whoever waits for its bytes can be cancelled.</summary>
/// <remarks>
/// A blocked read of standard input cannot be cancelled: the thread stays in it, in the background, until the stream or the process ends.
/// One reader. The buffer full, the stream is not read on: its writer waits.
/// </remarks>
internal sealed class ReadAhead : IDisposable
{
    private readonly object _gate = new();
    private readonly Stream _stream;
    private readonly byte[] _ring;
    private Thread? _thread;
    private int _start;
    private int _held;
    private bool _ended;
    private bool _closed;
    private Exception? _failure;

    internal ReadAhead(Stream stream, int capacity = 1 << 18)
    {
        _stream = stream;
        _ring = new byte[capacity];
    }

    /// <summary>Takes what has arrived; waits if that is nothing.</summary>
    /// <returns>Bytes copied; 0 at the end of the stream.</returns>
    /// <exception cref="IOException">The stream broke.</exception>
    internal int Read(Span<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_thread is null)
        {
            _thread = new Thread(Pump) { IsBackground = true, Name = "linnet read-ahead" };
            _thread.Start();
        }

        using CancellationTokenRegistration wake = cancellationToken.UnsafeRegister(static self => ((ReadAhead)self!).Wake(), this);
        lock (_gate)
        {
            while (_held == 0 && !_ended)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }

            if (_held == 0)
            {
                return _failure is null ? 0 : throw new IOException(_failure.Message, _failure);
            }

            int length = Math.Min(Math.Min(_held, destination.Length), _ring.Length - _start);
            _ring.AsSpan(_start, length).CopyTo(destination);
            _start = (_start + length) % _ring.Length;
            _held -= length;
            Monitor.PulseAll(_gate);
            return length;
        }
    }

    /// <summary>Tells the thread to end when it comes out of its read.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Pump()
    {
        try
        {
            while (WaitForRoom() is { Length: > 0 } room)
            {
                int read = _stream.Read(room.Span);
                if (read == 0)
                {
                    break;
                }

                Publish(read);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException or InvalidOperationException)
        {
            _failure = e;
        }

        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The next free part of the ring; empty when closed. Only this thread writes there, outside the lock.</summary>
    private Memory<byte> WaitForRoom()
    {
        lock (_gate)
        {
            while (_held == _ring.Length && !_closed)
            {
                Monitor.Wait(_gate);
            }

            if (_closed)
            {
                return default;
            }

            int end = (_start + _held) % _ring.Length;
            return _ring.AsMemory(end, Math.Min(_ring.Length - _held, _ring.Length - end));
        }
    }

    private void Publish(int length)
    {
        lock (_gate)
        {
            _held += length;
            Monitor.PulseAll(_gate);
        }
    }
}
