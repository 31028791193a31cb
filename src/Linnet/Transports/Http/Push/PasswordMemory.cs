using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Linnet.Transports.Http.Push;

/// <summary>
/// Remembers the passwords verified in this run, right or wrong, so that none costs a slow hash twice. Used under one lock.
/// </summary>
/// <remarks>
/// Stores no passwords, only their HMACs under a key that exists in this run alone. Without the key a client cannot know which values are
/// compared, so the time that a comparison takes reveals nothing.
/// </remarks>
internal sealed class PasswordMemory
{
    /// <summary>The most right passwords that are remembered; there are fewer accounts.</summary>
    internal const int MaxRight = 64;

    /// <summary>The most wrong passwords that are remembered; the oldest is dropped first.</summary>
    internal const int MaxWrong = 4096;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly HashSet<UInt128> _right = [];
    private readonly HashSet<UInt128> _wrong = [];
    private readonly Queue<UInt128> _wrongByAge = new();

    /// <summary>The HMAC that identifies a password. May be called without the lock.</summary>
    internal UInt128 MacOf(ReadOnlySpan<byte> password)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, password, mac);
        return BinaryPrimitives.ReadUInt128LittleEndian(mac);
    }

    /// <summary>Whether a password is right; <see langword="null"/> if not known.</summary>
    internal bool? Recall(UInt128 mac) => _right.Contains(mac) ? true : _wrong.Contains(mac) ? false : null;

    /// <summary>Remembers the result of a verification.</summary>
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
