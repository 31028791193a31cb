namespace Linnet.Wire.Ogg;

/// <summary>Finds the pages in a stream of bytes and skips everything else. Input may arrive in pieces of any size.</summary>
/// <remarks>
/// Holds at most two pages' worth of bytes. After a wrong checksum, it looks for the next page inside the damaged one. Bytes can be
/// crafted so that each of them begins another page, so this is limited; past the limit the whole page is skipped. For use by one
/// thread.
/// </remarks>
internal sealed class OggPageReader
{
    // The work allowed on damaged pages, in bytes summed: this much at once, and so much per byte received.
    private const long FreeWork = 1 << 20;
    private const int WorkPerByte = 8;

    private readonly ByteWindow _window = new(2 * OggPage.MaxLength);
    private int _taken;

    /// <summary>Bytes outside any page.</summary>
    public long Skipped { get; private set; }

    /// <summary>Pages with a wrong checksum.</summary>
    public long Damaged { get; private set; }

    /// <summary>The page that was read last. Valid only after <see cref="TryRead"/> returned one.</summary>
    internal OggPage Current => OggPage.Checked(_window.Bytes[.._taken]);

    /// <summary>Bytes summed in damaged pages.</summary>
    internal long Work { get; private set; }

    /// <summary>Bytes received.</summary>
    private long Arrived { get; set; }

    /// <summary>Consumes <paramref name="bytes"/> until a page is complete.</summary>
    /// <param name="bytes">The received bytes. On return, starts after the consumed ones; empty if the result is
    /// <see langword="false"/>.</param>
    /// <param name="page">The page. Valid until the next call.</param>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out OggPage page)
    {
        _window.Consume(_taken);
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

            Arrived += _window.Fill(ref bytes);
        }
    }

    private bool TryReadBuffered(out OggPage page)
    {
        page = default;
        while (_window.Count > 0)
        {
            ReadOnlySpan<byte> rest = _window.Bytes;
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
            // The page is complete, but its checksum is wrong.
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

    /// <summary>Gets how many of the last bytes could begin a page.</summary>
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
        _window.Consume(length);
        Skipped += length;
    }
}
