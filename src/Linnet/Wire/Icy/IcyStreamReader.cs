using System.Text;
using Linnet.Wire.Http;

namespace Linnet.Wire.Icy;

/// <summary>Parts sound and titles of a stream that has both, in whatever pieces it arrives.</summary>
/// <remarks>Used by one thread. Holds at most one block.</remarks>
public sealed class IcyStreamReader
{
    private readonly int _interval;
    private readonly Encoding? _encoding;
    private readonly byte[] _block = new byte[IcyMetadata.MaxBlock - 1];
    private int _sound;
    private int _blockLength = -1;
    private int _blockFilled;

    /// <summary>A reader at the first byte of sound.</summary>
    /// <param name="interval">Bytes of sound between blocks; 0: there are none. See
    /// <see cref="HttpResponseHead.MetadataInterval"/>.</param>
    public IcyStreamReader(int interval)
        : this(interval, null)
    {
    }

    /// <summary>The same for titles in an encoding that the server named, or <see langword="null"/>.</summary>
    internal IcyStreamReader(int interval, Encoding? encoding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, IcyMetadata.MaxInterval);
        (_interval, _encoding) = (interval, encoding);
    }

    /// <summary>Takes from the front of <paramref name="bytes"/>, and always something.</summary>
    /// <param name="bytes">What has arrived. On return it starts after what was taken.</param>
    /// <param name="metadata">A title that stands before the sound that is returned, or <see langword="null"/>.</param>
    /// <returns>Sound; may be empty.</returns>
    public ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> bytes, out IcyMetadata? metadata)
    {
        metadata = null;
        while (_interval > 0 && _sound == _interval && !bytes.IsEmpty)
        {
            if (_blockLength < 0)
            {
                _blockLength = 16 * bytes[0];
                _blockFilled = 0;
                bytes = bytes[1..];
            }

            int part = Math.Min(bytes.Length, _blockLength - _blockFilled);
            bytes[..part].CopyTo(_block.AsSpan(_blockFilled));
            bytes = bytes[part..];
            _blockFilled += part;
            if (_blockFilled == _blockLength)
            {
                metadata = _blockLength > 0 ? IcyMetadata.Parse(_block.AsSpan(0, _blockLength), _encoding) : null;
                (_blockLength, _sound) = (-1, 0);
            }
        }

        int length = _interval > 0 ? Math.Min(bytes.Length, _interval - _sound) : bytes.Length;
        ReadOnlySpan<byte> sound = bytes[..length];
        bytes = bytes[length..];
        _sound = _interval > 0 ? _sound + length : 0;
        return sound;
    }
}
