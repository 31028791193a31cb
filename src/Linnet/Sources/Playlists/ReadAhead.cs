namespace Linnet.Sources.Playlists;

/// <summary>Reads a stream on its own thread into a bounded buffer, so that a wait for its bytes can be cancelled.</summary>
/// <remarks>
/// A blocked read of standard input cannot be cancelled: the thread stays in it, in the background, until the stream or the process ends.
/// One reader. While the buffer is full, the stream is not read, and its writer waits.
/// </remarks>
internal sealed class ReadAhead : IDisposable
{
    private const int DefaultCapacity = 1 << 18;

    private readonly object _gate = new();
    private readonly Func<Stream> _open;
    private readonly bool _ownsStream;
    private readonly byte[] _ring;
    private Thread? _thread;
    private int _start;
    private int _held;
    private bool _ended;
    private bool _closed;
    private Exception? _failure;

    /// <param name="stream">The stream; owned by the caller.</param>
    /// <param name="capacity">Maximum bytes buffered.</param>
    internal ReadAhead(Stream stream, int capacity = DefaultCapacity)
        : this(() => stream, ownsStream: false, capacity)
    {
    }

    /// <param name="open">Opens the stream on the reading thread, however long that takes. The stream is closed at its end.</param>
    internal ReadAhead(Func<Stream> open)
        : this(open, ownsStream: true, DefaultCapacity)
    {
    }

    private ReadAhead(Func<Stream> open, bool ownsStream, int capacity)
    {
        (_open, _ownsStream, _ring) = (open, ownsStream, new byte[capacity]);
    }

    /// <summary>Waits until there are bytes to read, or the end.</summary>
    /// <exception cref="IOException">The stream failed, or could not be opened.</exception>
    internal void WaitForBytes(CancellationToken cancellationToken) => Read([], cancellationToken);

    /// <summary>Takes the bytes that have arrived; waits if there are none.</summary>
    /// <returns>Bytes copied; 0 at the end of the stream.</returns>
    /// <exception cref="IOException">The stream failed.</exception>
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

    /// <summary>Makes the thread end when its read returns.</summary>
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
        Stream? stream = null;
        try
        {
            stream = _open();
            while (WaitForRoom() is { Length: > 0 } room)
            {
                int read = stream.Read(room.Span);
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

        if (_ownsStream)
        {
            stream?.Dispose();
        }

        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The next free part of the ring; empty when closed. Only this thread writes to it, outside the lock.</summary>
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
