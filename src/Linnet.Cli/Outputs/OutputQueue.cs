using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>Writes bytes to where the output goes. It may wait as long as it likes.</summary>
/// <param name="bytes">At least one.</param>
/// <returns>How many were taken, at least one.</returns>
/// <exception cref="IOException">None could be written.</exception>
internal delegate int ByteWriter(ReadOnlySpan<byte> bytes);

/// <summary>
/// What the program says, on its way out. Whoever says something never waits and never gets an error: a full disk, a terminal that is gone
/// or a pipe that nobody reads hold up one thread alone, which writes. What cannot be written is kept and tried again; when too much is
/// kept, what comes is dropped and counted until half of it has gone.
/// </summary>
/// <param name="write">Writes. Called by one thread.</param>
/// <param name="time">The clock.</param>
internal sealed class OutputQueue(ByteWriter write, TimeProvider time)
{
    /// <summary>Lines that wait: at a line a second for each of 200 stations, some 20 s of a full log.</summary>
    internal const int MaxPieces = 4096;

    /// <summary>Bytes that wait. A program's longest result, its help, is a tenth of it.</summary>
    internal const int MaxBytes = 256 * 1024;

    /// <summary>Time between two tries to write what could not be written.</summary>
    internal static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Queue<byte[]> _pieces = new();
    private readonly List<TaskCompletionSource<Exception?>> _waiting = [];
    private Thread? _thread;
    private int _bytes;
    private int _written; // of the first piece
    private bool _isFull;
    private bool _triesNow;
    private long _dropped;
    private long _unsaid;
    private Exception? _problem;

    /// <summary>
    /// Makes the line that says how many lines were dropped; <see langword="null"/> (the default): others say it, by
    /// <see cref="TakeUnsaid"/>.
    /// </summary>
    public Func<long, string>? Notice { get; set; }

    /// <summary>Lines that were dropped so far.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Lines that were dropped, and those that still wait: what was not written if the program ended now.</summary>
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

    /// <summary>Whether all that was added has been written.</summary>
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

    /// <summary>Why the last try to write failed; <see langword="null"/> if it did not.</summary>
    public Exception? Problem => Volatile.Read(ref _problem);

    /// <summary>Adds text to what is written.</summary>
    /// <returns><see langword="false"/>: there is no room. It was counted.</returns>
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

    /// <summary>How many lines were dropped since this was asked last.</summary>
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
    /// Completes with <see langword="null"/> once all that was added is written, or with the reason as soon as it cannot be: it is tried at
    /// once.
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

    // A machine without a thread to spare may have one later.
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
                // Whatever it is: it is the output's own, and may be over when it is tried again.
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
            // Who waits for it to be written is told now, and does not wait for the next try.
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
