using Linnet.Codecs.Ffmpeg;

namespace Linnet.Codecs.Streams;

/// <summary>The two pipes of a running ffmpeg, each with a thread and a bounded queue.</summary>
internal sealed class FfmpegPipes : IDisposable
{
    /// <summary>Maximum number of bytes queued for decoding.</summary>
    internal const int MaxInput = 1 << 18;

    /// <summary>Maximum number of decoded bytes queued; ffmpeg waits while the queue is full.</summary>
    internal const int MaxOutput = 1 << 21;

    /// <summary>Maximum length in bytes of a piece of output.</summary>
    internal const int PieceLength = 1 << 15;

    // Overhead per queued piece, so that many small pieces are bounded, too.
    private const int PieceCost = 64;

    private readonly object _gate = new();
    private readonly Queue<byte[]> _input = new();
    private readonly Queue<byte[]> _output = new();
    private readonly Func<FfmpegProcess> _start;
    private readonly int _maxInput;
    private readonly Thread _writer;
    private readonly Thread _reader;
    private FfmpegProcess? _process;
    private string? _problem;
    private int _inputLength;
    private int _outputLength;
    private bool _inputEnds;
    private bool _isDisposed;

    /// <param name="process">The running ffmpeg; killed when the pipes are disposed.</param>
    internal FfmpegPipes(FfmpegProcess process)
        : this(() => process)
    {
    }

    /// <param name="start">
    /// Starts ffmpeg, on a thread of the pipes, so that the caller does not wait. An <see cref="IOException"/> is kept as the problem.
    /// </param>
    /// <param name="maxInput">Maximum number of bytes queued for ffmpeg.</param>
    internal FfmpegPipes(Func<FfmpegProcess> start, int maxInput = MaxInput)
    {
        _start = start;
        _maxInput = maxInput;
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "linnet ffmpeg in" };
        _reader = new Thread(ReadAll) { IsBackground = true, Name = "linnet ffmpeg out" };
        _writer.Start();
        _reader.Start();
    }

    /// <summary>Whether ffmpeg has ended and all of its output was taken.</summary>
    internal bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return OutputEnded && _output.Count == 0;
            }
        }
    }

    /// <summary>Whether <see cref="EndInput"/> was called.</summary>
    internal bool InputEnded
    {
        get
        {
            lock (_gate)
            {
                return _inputEnds;
            }
        }
    }

    /// <summary>CPU time that ffmpeg has used so far.</summary>
    internal TimeSpan ProcessorTime => Process?.ProcessorTime ?? TimeSpan.Zero;

    /// <inheritdoc cref="FfmpegProcess.Grant"/>
    internal void Grant(TimeSpan sound) => Process?.Grant(sound);

    /// <summary>
    /// Why ffmpeg did not start, or why it has exited, without a full stop; <see langword="null"/>: no reason is known. Only once it
    /// <see cref="HasEnded"/>, since it kills a process that has closed its output but runs on.
    /// </summary>
    internal string? FindProblem()
    {
        Process?.Kill();
        return _problem ?? Process?.WaitForProblem();
    }

    private FfmpegProcess? Process
    {
        get
        {
            lock (_gate)
            {
                return _process;
            }
        }
    }

    private bool OutputEnded { get; set; }

    /// <summary>Queues bytes for decoding. Returns false if the queue is full or ffmpeg takes no more.</summary>
    internal bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_inputLength >= _maxInput || OutputEnded)
            {
                return false;
            }

            _input.Enqueue(bytes.ToArray());
            _inputLength += bytes.Length + PieceCost;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Ends the input: no more bytes will be queued.</summary>
    internal void EndInput()
    {
        lock (_gate)
        {
            _inputEnds = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The next decoded bytes, or <see langword="null"/> if there are none.</summary>
    internal byte[]? TakeOutput()
    {
        lock (_gate)
        {
            if (!_output.TryDequeue(out byte[]? piece))
            {
                return null;
            }

            _outputLength -= piece.Length + PieceCost;
            Monitor.PulseAll(_gate);
            return piece;
        }
    }

    /// <summary>Waits until ffmpeg has taken or given bytes, or has ended. Returns false on timeout.</summary>
    internal bool Wait(TimeSpan limit)
    {
        lock (_gate)
        {
            return OutputEnded || _output.Count > 0 || (_inputLength < _maxInput && !_inputEnds) || Monitor.Wait(_gate, limit);
        }
    }

    /// <summary>Ends ffmpeg and both threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }

        Process?.Kill();
        _writer.Join();
        _reader.Join();
        _process?.Dispose();
    }

    private void WriteAll()
    {
        try
        {
            using Stream? pipe = Start()?.Input;
            while (pipe is not null && TakeInput() is byte[] piece)
            {
                pipe.Write(piece);
                pipe.Flush();
                lock (_gate)
                {
                    _inputLength -= piece.Length + PieceCost;
                    Monitor.PulseAll(_gate);
                }
            }
        }
        catch (IOException)
        {
            // ffmpeg has ended; the other thread reports it.
        }
    }

    private FfmpegProcess? Start()
    {
        FfmpegProcess? process = null;
        string? problem = null;
        try
        {
            process = _start();
        }
        catch (Exception e)
        {
            // An exception that leaves a thread would end Linnet.
            problem = e.Message.TrimEnd('.');
        }

        bool isDisposed;
        lock (_gate)
        {
            (_process, _problem, isDisposed) = (process, problem, _isDisposed);
            OutputEnded = process is null;
            Monitor.PulseAll(_gate);
        }

        if (isDisposed)
        {
            process?.Kill();
        }

        return process;
    }

    private FfmpegProcess? WaitForStart()
    {
        lock (_gate)
        {
            while (_process is null && !OutputEnded)
            {
                Monitor.Wait(_gate);
            }

            return _process;
        }
    }

    private byte[]? TakeInput()
    {
        lock (_gate)
        {
            while (!_isDisposed)
            {
                if (_input.TryDequeue(out byte[]? piece))
                {
                    return piece;
                }

                if (_inputEnds)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private void ReadAll()
    {
        byte[] buffer = new byte[PieceLength];
        try
        {
            Stream? pipe = WaitForStart()?.Output;
            while (pipe?.Read(buffer) is > 0 and int length && Keep(buffer.AsSpan(0, length)))
            {
            }
        }
        catch (IOException)
        {
            // Treated like the end of ffmpeg.
        }

        lock (_gate)
        {
            OutputEnded = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _output.Enqueue(bytes.ToArray());
            _outputLength += bytes.Length + PieceCost;
            Monitor.PulseAll(_gate);
            while (_outputLength >= MaxOutput && !_isDisposed)
            {
                Monitor.Wait(_gate);
            }

            return !_isDisposed;
        }
    }
}
