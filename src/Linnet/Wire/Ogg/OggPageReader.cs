namespace Linnet.Wire.Ogg;

/// <summary>Finds the pages in a stream of bytes, in whatever pieces it arrives; what is no page is skipped.</summary>
/// <remarks>
/// Holds at most one page and as much again. A wrong check sum makes it look for the next page within the bytes of the damaged one; since
/// bytes can be made so that each of them begins another, that is done a limited number of times, and then the whole is skipped. Used by
/// one thread.
/// </remarks>
public sealed class OggPageReader
{
    // Work on damaged pages, in bytes summed: so much at once, and so much per byte that came.
    private const long FreeWork = 1 << 20;
    private const int WorkPerByte = 8;

    private readonly byte[] _buffer = new byte[2 * OggPage.MaxLength];
    private int _start;
    private int _end;
    private int _taken;

    /// <summary>Bytes that belonged to no page.</summary>
    public long Skipped { get; private set; }

    /// <summary>Pages with a wrong check sum.</summary>
    public long Damaged { get; private set; }

    /// <summary>The page that was read last. Only after <see cref="TryRead"/> gave one.</summary>
    internal OggPage Current => OggPage.Checked(_buffer.AsSpan(_start, _taken));

    /// <summary>Bytes summed in vain.</summary>
    internal long Work { get; private set; }

    /// <summary>Bytes that have come.</summary>
    private long Arrived { get; set; }

    /// <summary>Takes from the front of <paramref name="bytes"/> until a page is whole.</summary>
    /// <param name="bytes">What has arrived. On return it starts after what was taken: all of it, if the answer is
    /// <see langword="false"/>.</param>
    /// <param name="page">The page. Lent until the next call.</param>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out OggPage page)
    {
        _start += _taken;
        _taken = 0;
        while (true)
        {
            if (TryReadBuffered(out page))
            {
                return true;
            }

            if (bytes.IsEmpty)
            {
                return false;
            }

            Fill(ref bytes);
        }
    }

    private void Fill(ref ReadOnlySpan<byte> bytes)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int length = Math.Min(bytes.Length, _buffer.Length - _end);
        bytes[..length].CopyTo(_buffer.AsSpan(_end));
        bytes = bytes[length..];
        _end += length;
        Arrived += length;
    }

    private bool TryReadBuffered(out OggPage page)
    {
        page = default;
        while (_start < _end)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            switch (OggPage.TryParse(rest, out page))
            {
                case OggReadResult.Done:
                    _taken = page.Length;
                    return true;
                case OggReadResult.NeedMore:
                    return false;
                default:
                    Skip(LengthToSkip(rest));
                    break;
            }
        }

        return false;
    }

    private int LengthToSkip(ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith(OggPage.Capture) && rest.Length >= OggPage.HeaderLength && rest[4] == 0 && rest[5] <= 7)
        {
            // It was whole, and its sum is wrong.
            Damaged++;
            int length = OggPage.LengthOf(rest);
            Work += length;
            if (rest[length..].StartsWith(OggPage.Capture) || Work > FreeWork + (WorkPerByte * Arrived))
            {
                return length;
            }
        }

        int next = rest[1..].IndexOf(OggPage.Capture);
        return next >= 0 ? 1 + next : rest.Length - BeginOf(rest);
    }

    /// <summary>How many of the last bytes may begin a page.</summary>
    private static int BeginOf(ReadOnlySpan<byte> rest)
    {
        for (int length = Math.Min(3, rest.Length - 1); length > 0; length--)
        {
            if (OggPage.Capture.StartsWith(rest[^length..]))
            {
                return length;
            }
        }

        return 0;
    }

    private void Skip(int length)
    {
        _start += length;
        Skipped += length;
    }
}
