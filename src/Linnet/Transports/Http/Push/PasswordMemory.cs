using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Linnet.Transports.Http.Push;

/// <summary>Which passwords were verified in this run, right or wrong, so that none costs a slow hash twice. Used under one lock.</summary>
/// <remarks>
/// It holds no passwords but their HMACs by a key of this run, which is nowhere else. Nobody without the key knows what is compared, so the
/// time that takes tells nothing.
/// </remarks>
internal sealed class PasswordMemory
{
    /// <summary>The most right passwords that are remembered: more than there are accounts.</summary>
    internal const int MaxRight = 64;

    /// <summary>The most wrong ones; then the oldest is forgotten.</summary>
    internal const int MaxWrong = 4096;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly HashSet<UInt128> _right = [];
    private readonly HashSet<UInt128> _wrong = [];
    private readonly Queue<UInt128> _wrongByAge = new();

    /// <summary>What stands for a password here. May be called without the lock.</summary>
    internal UInt128 MacOf(ReadOnlySpan<byte> password)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, password, mac);
        return BinaryPrimitives.ReadUInt128LittleEndian(mac);
    }

    /// <summary>Whether it is right; <see langword="null"/>: that is not known.</summary>
    internal bool? Recall(UInt128 mac) => _right.Contains(mac) ? true : _wrong.Contains(mac) ? false : null;

    /// <summary>Remembers what came out.</summary>
    internal void Remember(UInt128 mac, bool isRight)
    {
        if (isRight)
        {
            if (_right.Count < MaxRight)
            {
                _right.Add(mac);
            }
        }
        else if (_wrong.Add(mac))
        {
            _wrongByAge.Enqueue(mac);
            if (_wrongByAge.Count > MaxWrong)
            {
                _wrong.Remove(_wrongByAge.Dequeue());
            }
        }
    }
}
