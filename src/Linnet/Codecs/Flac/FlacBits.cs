using System.Buffers.Binary;
using System.Numerics;

namespace Linnet.Codecs.Flac;

/// <summary>Reads numbers of any width from the bytes of a FLAC frame, most significant bit first.</summary>
/// <remarks>Reading beyond the end gives zeros and sets <see cref="IsOver"/>; nothing throws.</remarks>
internal ref struct FlacBits(ReadOnlySpan<byte> bytes)
{
    /// <summary>The most bits that one read can take: what <see cref="Fill"/> guarantees, except at the end.</summary>
    internal const int MaxWidth = 56;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;        // the next byte to put into the window
    private ulong _window;  // the next bits, in its upper part
    private int _count;     // bits in the window that are counted; any below them are right, too, and filled in again

    /// <summary>Whether more bits were read than there are.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Reads zeros up to a whole byte. Returns whether that is the end.</summary>
    internal bool TryEnd()
    {
        Fill();
        int left = (8 * (_bytes.Length - _at)) + _count;
        return !IsOver && left < 8 && Read(left) == 0;
    }

    /// <summary>Reads an unsigned number of up to <see cref="MaxWidth"/> bits.</summary>
    internal ulong Read(int width)
    {
        if (_count < width)
        {
            Fill();
        }

        if (_count < width)
        {
            IsOver = true;
            return 0;
        }

        ulong value = width == 0 ? 0 : _window >> (64 - width);
        _window <<= width;
        _count -= width;
        return value;
    }

    /// <summary>Reads a signed number of up to <see cref="MaxWidth"/> bits.</summary>
    internal long ReadSigned(int width) => width == 0 ? 0 : (long)(Read(width) << (64 - width)) >> (64 - width);

    /// <summary>Reads zeros up to the next one, and returns their number.</summary>
    internal int ReadUnary()
    {
        int zeros = 0;
        while (true)
        {
            Fill();
            int more = BitOperations.LeadingZeroCount(_window);
            if (more < _count)
            {
                _window <<= more + 1;
                _count -= more + 1;
                return zeros + more;
            }

            if (_count == 0)
            {
                IsOver = true;
                return 0;
            }

            zeros += _count;
            _window <<= _count;
            _count = 0;
        }
    }

    /// <summary>Reads Rice-coded numbers: the upper part in unary, then <paramref name="low"/> bits. The lowest bit is the sign.</summary>
    /// <returns>Whether all of them were there and have at most 32 bits.</returns>
    internal bool TryReadRice<T>(Span<T> numbers, int low)
        where T : struct, IBinaryInteger<T>
    {
        // Local copies stay in registers.
        (ulong window, int count) = (_window, _count);
        ulong all = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong high = (ulong)BitOperations.LeadingZeroCount(window);
            int width = (int)high + 1 + low;
            if (width > count)
            {
                (_window, _count) = (window, count);
                Fill();
                (window, count) = (_window, _count);
                high = (ulong)BitOperations.LeadingZeroCount(window);
                width = (int)high + 1 + low;
            }

            ulong number;
            if (width <= count)
            {
                window <<= (int)high + 1;
                number = (high << low) | (window >> 1 >> (63 - low));
                window <<= low;
                count -= width;
            }
            else
            {
                number = ((ulong)ReadUnary() << low) | Read(low);
                (window, count) = (_window, _count);
                if (IsOver)
                {
                    return false;
                }
            }

            all |= number;
            numbers[i] = T.CreateTruncating((int)(number >> 1) ^ -(int)(number & 1));
        }

        (_window, _count) = (window, count);
        return all <= uint.MaxValue;
    }

    /// <summary>Fills the window with at least <see cref="MaxWidth"/> bits, or with all that are left.</summary>
    private void Fill()
    {
        if (_at + sizeof(ulong) <= _bytes.Length)
        {
            // Bits of a byte that has no room yet are put in, but not counted.
            _window |= BinaryPrimitives.ReadUInt64BigEndian(_bytes[_at..]) >> _count;
            _at += (63 - _count) >> 3;
            _count |= MaxWidth;
            return;
        }

        for (; _count <= MaxWidth && _at < _bytes.Length; _count += 8)
        {
            _window |= (ulong)_bytes[_at++] << (MaxWidth - _count);
        }
    }
}
