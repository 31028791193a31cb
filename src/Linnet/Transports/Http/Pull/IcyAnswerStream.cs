namespace Linnet.Transports.Http.Pull;

/// <summary>
/// Lets HttpClient read the answers of SHOUTcast: one that begins with <c>ICY 200 OK</c> is read as <c>HTTP/1.0 200 OK</c>. Line breaks
/// before an answer are left out. All other bytes pass unchanged.
/// </summary>
/// <param name="inner">The connection; owned.</param>
internal sealed class IcyAnswerStream(Stream inner) : Stream
{
    // Some servers end an earlier message with too many line breaks.
    private const int MaxBlank = 16;

    private byte[]? _start;
    private int _given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="TransportException">The server does not speak HTTP.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _start ??= await ReadStartAsync(cancellationToken).ConfigureAwait(false);
        if (_given == _start.Length)
        {
            return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        int length = Math.Min(buffer.Length, _start.Length - _given);
        _start.AsSpan(_given, length).CopyTo(buffer.Span);
        _given += length;
        return length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<byte[]> ReadStartAsync(CancellationToken cancellationToken)
    {
        byte[] start = new byte[4];
        int length = 0, blank = 0;
        while (length < start.Length)
        {
            int read = await inner.ReadAsync(start.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return start[..length];
            }

            length += read;
            int first = start.AsSpan(0, length).IndexOfAnyExcept((byte)'\r', (byte)'\n');
            first = first < 0 ? length : first;
            start.AsSpan(first..length).CopyTo(start);
            length -= first;
            blank += first;
            if (blank > MaxBlank)
            {
                throw PullConnection.Malformed();
            }
        }

        return start.AsSpan().SequenceEqual("ICY "u8) ? [.. "HTTP/1.0 "u8]
            : start.AsSpan().SequenceEqual("HTTP"u8) ? start
            : throw (start.AsSpan().SequenceEqual("RTSP"u8) ? PullConnection.SpeaksRtsp() : PullConnection.Malformed());
    }
}
