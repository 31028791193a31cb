namespace Linnet.Wire.Http;

/// <summary>Takes a body's bytes out of what carries them, in whatever pieces they arrive: as they are, so many, or chunked.</summary>
/// <remarks>
/// Holds nothing back and keeps no bytes, so a hostile body costs nothing. Chunk extensions and trailers are skipped.
/// Source: RFC 9112 §6, §7.1. Used by one thread.
/// </remarks>
/// <example>
/// <code>
/// while (!bytes.IsEmpty &amp;&amp; !reader.HasEnded)
/// {
///     decoder.Write(reader.Read(ref bytes), sink);
/// }
/// </code>
/// </example>
internal sealed class HttpBodyReader
{
    /// <summary>The longest line of a chunk's size, its extensions included, and the longest trailer line.</summary>
    public const int MaxLine = 1024;

    /// <summary>The most trailer lines.</summary>
    public const int MaxTrailers = 32;

    /// <summary>The longest chunk, in bytes. Real ones are some KiB.</summary>
    public const long MaxChunk = 1L << 32;

    private readonly bool _isChunked;
    private State _state;
    private long _left;
    private int _lineLength;
    private int _digits;
    private int _trailers;

    /// <summary>A reader at the start of a body.</summary>
    public HttpBodyReader(HttpBodyFraming framing)
    {
        _isChunked = framing.Kind is HttpBodyKind.Chunked;
        _left = framing.Kind is HttpBodyKind.Length ? framing.Length : long.MaxValue;
        _state = _isChunked ? State.Size : _left > 0 ? State.Data : State.End;
        _left = _isChunked ? 0 : _left;
    }

    private enum State
    {
        Size,
        Extension,
        Data,
        AfterData,
        Trailer,
        End,
    }

    /// <summary>Whether nothing more will be read: the body is over, or it is malformed.</summary>
    public bool HasEnded => _state is State.End;

    /// <summary>Whether the bytes are no chunked body.</summary>
    public bool IsInvalid { get; private set; }

    /// <summary>Takes from the front of <paramref name="bytes"/>, and always something, until the body has ended.</summary>
    /// <param name="bytes">What has arrived. On return it starts after what was taken.</param>
    /// <returns>A piece of the body within it; may be empty.</returns>
    public ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _state is not State.End)
        {
            if (_state is State.Data)
            {
                int length = (int)Math.Min(bytes.Length, _left);
                ReadOnlySpan<byte> data = bytes[..length];
                bytes = bytes[length..];
                Take(length);
                return data;
            }

            byte next = bytes[0];
            bytes = bytes[1..];
            Step(next);
        }

        return [];
    }

    private void Take(int length)
    {
        if (!_isChunked && _left == long.MaxValue)
        {
            return;
        }

        _left -= length;
        if (_left == 0)
        {
            _state = _isChunked ? State.AfterData : State.End;
            _lineLength = 0;
        }
    }

    private void Step(byte next)
    {
        if (++_lineLength > MaxLine)
        {
            Fail();
            return;
        }

        switch (_state)
        {
            case State.Size:
                StepInSize(next);
                break;
            case State.Extension when next == '\n':
                EndSize();
                break;
            case State.AfterData when next == '\n':
                StartSize();
                break;
            case State.AfterData when next != '\r' || _lineLength > 1:
                Fail();
                break;
            case State.Trailer when next == '\n':
                bool isEmpty = _digits == 0;
                (_lineLength, _digits) = (0, 0);
                if (isEmpty)
                {
                    _state = State.End;
                }
                else if (++_trailers > MaxTrailers)
                {
                    Fail();
                }

                break;
            case State.Trailer when next != '\r':
                _digits++;
                break;
        }
    }

    private void StepInSize(byte next)
    {
        int digit = next switch
        {
            >= (byte)'0' and <= (byte)'9' => next - '0',
            >= (byte)'a' and <= (byte)'f' => next - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => next - 'A' + 10,
            _ => -1,
        };
        if (digit >= 0)
        {
            _left = (_left << 4) | (uint)digit;
            _digits++;
            if (_left > MaxChunk)
            {
                Fail();
            }
        }
        else if (_digits > 0 && next is (byte)';' or (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            _state = State.Extension;
        }
        else if (_digits > 0 && next == '\n')
        {
            EndSize();
        }
        else
        {
            Fail();
        }
    }

    private void StartSize()
    {
        _state = State.Size;
        (_lineLength, _digits, _left) = (0, 0, 0);
    }

    private void EndSize()
    {
        _state = _left > 0 ? State.Data : State.Trailer;
        (_lineLength, _digits) = (0, 0);
    }

    private void Fail()
    {
        IsInvalid = true;
        _state = State.End;
    }
}
