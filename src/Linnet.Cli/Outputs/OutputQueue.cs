using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>Writes bytes to an output. May block.</summary>
/// <param name="bytes">The bytes; at least one.</param>
/// <returns>The number of bytes written, at least one.</returns>
/// <exception cref="IOException">No byte could be written.</exception>
internal delegate int ByteWriter(ReadOnlySpan<byte> bytes);

/// <summary>
/// Queues the program's output. Callers never block and never get an error: a full disk, a closed terminal or an unread pipe blocks
/// only the thread that writes. Text that cannot be written is kept and retried. When the queue is full, new text is dropped and
/// counted until half of the queue has been written.
/// </summary>
/// <param name="write">Writes to the output. Called by one thread.</param>
/// <param name="time">The clock.</param>
internal sealed class OutputQueue(ByteWriter write, TimeProvider time)
{
    /// <summary>The most lines in the queue: about 20 s of a full log, at a line a second for each of 200 stations.</summary>
    internal const int MaxPieces = 4096;

    /// <summary>The most bytes in the queue. The program's longest result, its help, is a tenth of that.</summary>
    internal const int MaxBytes = 256 * 1024;

    /// <summary>The time between two attempts after a failed write.</summary>
    internal static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Queue<byte[]> _pieces = new();
    private readonly List<TaskCompletionSource<Exception?>> _waiting = [];
    private Thread? _thread;
    private int _bytes;
    private int _written; // bytes of the first piece
    private bool _isFull;
    private bool _triesNow;
    private long _dropped;
    private long _unsaid;
    private Exception? _problem;

    /// <summary>
    /// Builds the line that reports how many lines were dropped; <see langword="null"/> (the default): the caller reports it, using
    /// <see cref="TakeUnsaid"/>.
    /// </summary>
    public Func<long, string>? Notice { get; set; }

    /// <summary>Lines dropped so far.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Lines dropped, plus lines still in the queue: those missing if the program ended now.</summary>
    public long Unwritten
    {
        get
        {
            lock (_gate)
            {
                return _dropped + _pieces.Sum(static piece => Lines(piece));
            }
        }
    }

    /// <summary>Whether everything in the queue has been written.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _pieces.Count == 0;
            }
        }
    }

    /// <summary>Why the last attempt to write failed; <see langword="null"/> if it succeeded.</summary>
    public Exception? Problem => Volatile.Read(ref _problem);

    /// <summary>Adds text to the queue.</summary>
    /// <returns><see langword="false"/> if the queue is full; the text was dropped and counted.</returns>
    public bool TryAdd(string text)
    {
        byte[] piece = Encoding.UTF8.GetBytes(text);
        lock (_gate)
        {
            if (piece.Length == 0)
            {
                return true;
            }

            _isFull = _isFull
                ? _pieces.Count > MaxPieces / 2 || _bytes > MaxBytes / 2
                : _pieces.Count >= MaxPieces || _bytes + piece.Length > MaxBytes;
            if (_isFull || piece.Length > MaxBytes || !IsRunning())
            {
                Drop(Lines(piece));
                return false;
            }

            AddNotice();
            Enqueue(piece);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Gets the number of lines dropped since the last call.</summary>
    public long TakeUnsaid()
    {
        lock (_gate)
        {
            long unsaid = _unsaid;
            _unsaid = 0;
            return unsaid;
        }
    }

    /// <summary>
    /// Completes with <see langword="null"/> when everything in the queue has been written, or with the reason as soon as a write
    /// fails. Tries at once.
    /// </summary>
    public Task<Exception?> WrittenAsync()
    {
        lock (_gate)
        {
            if (_pieces.Count == 0)
            {
                return Task.FromResult<Exception?>(null);
            }

            var written = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(written);
            _triesNow = true;
            Monitor.PulseAll(_gate);
            return written.Task;
        }
    }

    private static int Lines(byte[] piece) => Math.Max(1, piece.AsSpan().Count((byte)'\n'));

    // If no thread can be created now, one may be available later.
    private bool IsRunning()
    {
        if (_thread is not null)
        {
            return true;
        }

        var thread = new Thread(WriteAll) { IsBackground = true, Name = "linnet-output" };
        try
        {
            thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }

        _thread = thread;
        return true;
    }

    private void Drop(long lines)
    {
        _dropped += lines;
        _unsaid += lines;
    }

    private void AddNotice()
    {
        if (_unsaid > 0 && Notice is { } notice)
        {
            Enqueue(Encoding.UTF8.GetBytes(notice(_unsaid)));
            _unsaid = 0;
        }
    }

    private void Enqueue(byte[] piece)
    {
        _pieces.Enqueue(piece);
        _bytes += piece.Length;
    }

    private void WriteAll()
    {
        while (true)
        {
            byte[] piece = Next();
            Exception? problem = null;
            try
            {
                _written += write(piece.AsSpan(_written));
            }
            catch (Exception e)
            {
                // Any error: it concerns only this output, and the next attempt may succeed.
                problem = e;
            }

            Volatile.Write(ref _problem, problem);
            if (problem is null)
            {
                Complete(piece);
            }
            else
            {
                Rest(problem);
            }
        }
    }

    private byte[] Next()
    {
        lock (_gate)
        {
            while (_pieces.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            return _pieces.Peek();
        }
    }

    private void Complete(byte[] piece)
    {
        lock (_gate)
        {
            if (_written < piece.Length)
            {
                return;
            }

            _pieces.Dequeue();
            _bytes -= piece.Length;
            _written = 0;
            if (_pieces.Count > 0)
            {
                return;
            }

            _isFull = false;
            AddNotice();
            if (_pieces.Count == 0)
            {
                Tell(null);
            }
        }
    }

    private void Rest(Exception problem)
    {
        lock (_gate)
        {
            // Report to waiting callers now; they do not wait for the next attempt.
            if (!_triesNow)
            {
                long began = time.GetTimestamp();
                while (!_triesNow && time.GetElapsedTime(began) is var rested && rested < RetryPause)
                {
                    Monitor.Wait(_gate, RetryPause - rested);
                }

                return;
            }

            _triesNow = false;
            Tell(problem);
        }
    }

    private void Tell(Exception? problem)
    {
        _triesNow = false;
        _waiting.ForEach(written => written.TrySetResult(problem));
        _waiting.Clear();
    }
}
