using Linnet.Codecs.Ffmpeg;

namespace Linnet.Codecs.Streams;

/// <summary>The two pipes of a running ffmpeg, each with a thread and a bounded queue.</summary>
internal sealed class FfmpegPipes : IDisposable
{
    /// <summary>Maximum number of bytes queued for decoding.</summary>
    internal const int MaxInput = 1 << 18;

    /// <summary>Maximum number of decoded bytes queued; ffmpeg waits while the queue is full.</summary>
    internal const int MaxOutput = 1 << 21;

    // Overhead per queued piece, so that many small pieces are bounded, too.
    private const int PieceCost = 64;
    private const int PieceLength = 1 << 15;

    private readonly object _gate = new();
    private readonly Queue<byte[]> _input = new();
    private readonly Queue<byte[]> _output = new();
    private readonly FfmpegProcess _process;
    private readonly Thread _writer;
    private readonly Thread _reader;
    private int _inputLength;
    private int _outputLength;
    private bool _inputEnds;
    private bool _isDisposed;

    internal FfmpegPipes(FfmpegProcess process)
    {
        _process = process;
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
    internal TimeSpan ProcessorTime => _process.ProcessorTime;

    /// <inheritdoc cref="FfmpegProcess.Grant"/>
    internal void Grant(TimeSpan sound) => _process.Grant(sound);

    private bool OutputEnded { get; set; }

    /// <summary>Queues bytes for decoding. Returns false if the queue is full or ffmpeg takes no more.</summary>
    internal bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_inputLength >= MaxInput || OutputEnded)
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
            return OutputEnded || _output.Count > 0 || (_inputLength < MaxInput && !_inputEnds) || Monitor.Wait(_gate, limit);
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

        _process.Kill();
        _writer.Join();
        _reader.Join();
        _process.Dispose();
    }

    private void WriteAll()
    {
        try
        {
            using Stream pipe = _process.Input;
            while (TakeInput() is byte[] piece)
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
            Stream pipe = _process.Output;
            while (pipe.Read(buffer) is > 0 and int length && Keep(buffer.AsSpan(0, length)))
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
