using System.Text;

namespace Linnet.Wire.Icy;

/// <summary>Separates audio from titles in a stream that carries both. Input may arrive in pieces of any size.</summary>
/// <remarks>For use by one thread. Holds at most one block.</remarks>
internal sealed class IcyStreamReader
{
    private readonly int _interval;
    private readonly Encoding? _encoding;
    private readonly byte[] _block = new byte[IcyMetadata.MaxBlock - 1];
    private int _sound;
    private int _blockLength = -1;
    private int _blockFilled;

    /// <summary>Creates a reader that starts at the first byte of audio.</summary>
    /// <param name="interval">Bytes of audio between blocks; 0 if the stream has no blocks.</param>
    /// <param name="encoding">The encoding of titles that the server named; <see langword="null"/> if it named none.</param>
    public IcyStreamReader(int interval, Encoding? encoding = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, IcyMetadata.MaxInterval);
        (_interval, _encoding) = (interval, encoding);
    }

    /// <summary>Consumes <paramref name="bytes"/> from the front: always at least one.</summary>
    /// <param name="bytes">The received bytes. On return, starts after the consumed ones.</param>
    /// <param name="metadata">The title that comes before the returned audio, or <see langword="null"/>.</param>
    /// <returns>Audio; may be empty.</returns>
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
