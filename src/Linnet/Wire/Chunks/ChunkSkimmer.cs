using System.Runtime.InteropServices;

namespace Linnet.Wire.Chunks;

/// <summary>
/// Reads the chunks of a WAV or AIFF that arrives in pieces of any size. Keeps those that are of use; the others may be of any size.
/// </summary>
/// <param name="family">The kind of file.</param>
/// <remarks>
/// A zero byte follows a chunk of odd length; some programs leave it out. Some write a length of zero for samples that they have not
/// counted. A chunk that is really empty differs from that: another chunk follows it within the file's length. After the samples there
/// may be more chunks, which are skipped, and another file. For use by one thread.
/// </remarks>
internal sealed class ChunkSkimmer(ChunkFamily family)
{
    /// <summary>The longest chunk that is kept, in bytes. Formats and tags are far shorter.</summary>
    internal const int MaxChunk = 1 << 16;

    /// <summary>The samples must begin within this many bytes, not counting skipped chunks.</summary>
    internal const int MaxKept = 1 << 20;

    /// <summary>The most kept chunks before the samples: all of them are parsed again with each new one.</summary>
    internal const int MaxKeptChunks = 64;

    /// <summary>The most chunks in a file, so that a stream of empty chunks cannot cost endless work.</summary>
    internal const int MaxChunks = 1000;

    private const int ChunkHead = 8;
    private const int FormLength = 12;

    private readonly byte[] _head = new byte[2 * ChunkHead];
    private readonly List<byte> _kept = [];
    private int _headLength;
    private long _at;
    private long _end;
    private long _body;
    private bool _isKept;
    private bool _isAfterOdd;
    private bool _isTail;
    private int _chunks;

    /// <summary>Why a file with more than <see cref="MaxKept"/> is refused: the rest of a sentence.</summary>
    internal static string TooLong { get; } = $"has no samples within its first {MaxKept / 1024} KiB";

    /// <summary>Why a file with more than <see cref="MaxKeptChunks"/> is refused: the rest of a sentence.</summary>
    internal static string TooManyKept { get; } = $"has more than {MaxKeptChunks} chunks before its samples";

    /// <summary>The file's beginning without the skipped chunks. Each chunk has its pad byte.</summary>
    internal ReadOnlySpan<byte> Kept => CollectionsMarshal.AsSpan(_kept);

    /// <summary>Bytes of chunks so far, in all files: neither audio nor unknown data.</summary>
    internal long Passed { get; private set; }

    /// <summary>Whether there were more than <see cref="MaxChunks"/>; all further input is then ignored.</summary>
    internal bool HasTooMany => _chunks > MaxChunks;

    /// <summary>Whether a samples chunk without samples was skipped.</summary>
    internal bool SawNoSamples { get; private set; }

    /// <summary>Consumes bytes until the kept beginning grows.</summary>
    /// <param name="bytes">The received bytes. On return, starts after the consumed ones.</param>
    /// <param name="isEnd">Whether the input has ended.</param>
    /// <returns>Whether it grew: by another chunk, or by the header of the samples. In that case <see cref="TakeRest"/> and what
    /// follows are the samples.</returns>
    internal bool TryTake(ref ReadOnlySpan<byte> bytes, bool isEnd = false)
    {
        while (!HasTooMany && TryTakeBody(ref bytes))
        {
            if (_isKept)
            {
                _isKept = false;
                return true;
            }

            bool isForm = _kept.Count == 0 || (_isTail && family.IsForm(_head.AsSpan(0, _headLength)));
            if (!TryFill(ref bytes, isForm ? FormLength : ChunkHead))
            {
                return false;
            }

            if (_isTail && !isForm && family.IsForm(_head))
            {
                continue;
            }

            if (isForm)
            {
                BeginForm();
                return true;
            }

            if (_isAfterOdd && SkipPad())
            {
                continue;
            }

            if (!_isTail && family.IsSamples(_head))
            {
                if (IsMaybeEmpty && !TryFill(ref bytes, 2 * ChunkHead) && !isEnd)
                {
                    return false;
                }

                if (!IsEmpty)
                {
                    if (!TryFill(ref bytes, ChunkHead + family.SamplesHead))
                    {
                        return false;
                    }

                    Keep(ChunkHead + family.SamplesHead);
                    return true;
                }

                SawNoSamples = true;
            }

            BeginChunk();
        }

        return false;
    }

    /// <summary>Takes the bytes of samples that were read ahead; they come before the rest of the input.</summary>
    internal ReadOnlySpan<byte> TakeRest()
    {
        int length = _headLength;
        _headLength = 0;
        return _head.AsSpan(0, length);
    }

    /// <summary>Call when the samples have ended: other chunks or another file follow.</summary>
    /// <param name="isOdd">Whether the samples were an odd number of bytes.</param>
    internal void Continue(bool isOdd) => (_isTail, _isAfterOdd) = (true, isOdd);

    private static bool IsName(ReadOnlySpan<byte> id) => id[0] != ' ' && !id.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private uint Length => family.ReadLength(_head.AsSpan(4));

    private bool IsMaybeEmpty => Length == 0 && _at + (2 * ChunkHead) <= _end;

    /// <summary>Whether another chunk that ends within the file follows the header of the samples.</summary>
    private bool IsEmpty => IsMaybeEmpty && _headLength == 2 * ChunkHead && IsName(_head.AsSpan(ChunkHead, 4))
        && _at + (2 * ChunkHead) + family.ReadLength(_head.AsSpan(ChunkHead + 4)) <= _end;

    private void BeginForm()
    {
        // The parser identifies it.
        _kept.Clear();
        _end = family.IsMadeUp(Length) ? 0 : ChunkHead + (long)Length;
        (_at, _chunks, _isTail, _isAfterOdd) = (0, 0, false, false);
        Keep(FormLength);
    }

    private void BeginChunk()
    {
        _chunks++;
        ReadOnlySpan<byte> id = _head.AsSpan(0, 4);
        uint length = Length;

        // Bytes without a valid name are not a chunk, and the start of the next one is unknown.
        _body = _isTail && !IsName(id) ? long.MaxValue : length;
        _isAfterOdd = (length & 1) != 0;
        _isKept = !_isTail && length <= MaxChunk && family.IsOfUse(id);
        if (_isKept)
        {
            Keep(ChunkHead);
        }
        else
        {
            Drop(ChunkHead);
        }
    }

    /// <summary>Skips a pad byte, unless the first letter of a chunk's name is there.</summary>
    private bool SkipPad()
    {
        _isAfterOdd = false;
        ReadOnlySpan<byte> next = _head.AsSpan(1, 4);
        bool isPad = !IsName(_head.AsSpan(0, 4)) || family.IsSamples(next) || family.IsOfUse(next) || family.IsForm(next);
        if (isPad)
        {
            Drop(1);
        }

        return isPad;
    }

    /// <summary>Takes the rest of a chunk. False: it is not complete yet.</summary>
    private bool TryTakeBody(ref ReadOnlySpan<byte> bytes)
    {
        while (_body > 0 && (_headLength > 0 || !bytes.IsEmpty))
        {
            // The bytes read ahead may be part of it.
            bool isLooked = _headLength > 0;
            int length = (int)Math.Min(_body, isLooked ? _headLength : bytes.Length);
            if (_isKept)
            {
                _kept.AddRange(isLooked ? _head.AsSpan(0, length) : bytes[..length]);
            }

            _body -= length;
            if (isLooked)
            {
                Drop(length);
                continue;
            }

            bytes = bytes[length..];
            _at += length;
            Passed += length;
        }

        if (_body == 0 && _isKept && _isAfterOdd)
        {
            _kept.Add(0);
        }

        return _body == 0;
    }

    private bool TryFill(ref ReadOnlySpan<byte> bytes, int wanted)
    {
        int length = Math.Clamp(wanted - _headLength, 0, bytes.Length);
        bytes[..length].CopyTo(_head.AsSpan(_headLength));
        _headLength += length;
        bytes = bytes[length..];
        return _headLength >= wanted;
    }

    private void Keep(int length)
    {
        _kept.AddRange(_head.AsSpan(0, length));
        Drop(length);
    }

    private void Drop(int length)
    {
        _head.AsSpan(length, _headLength - length).CopyTo(_head);
        _headLength -= length;
        _at += length;
        Passed += length;
    }
}
