using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Linnet.Access;

/// <summary>
/// Remembers the passwords verified in this run, right or wrong, so that none costs a slow hash twice. Used under one lock.
/// </summary>
/// <remarks>
/// Stores no passwords, only HMACs of account, hash and password under a key that exists in this run alone. Without the key a client cannot
/// know which values are compared, so the time that a comparison takes reveals nothing. A password whose account or hash was changed is
/// another one, so nothing has to be forgotten when the accounts change.
/// </remarks>
internal sealed class PasswordMemory
{
    /// <summary>The most right passwords that are remembered; the oldest is dropped first.</summary>
    internal const int MaxRight = 4096;

    /// <summary>The most wrong passwords that are remembered; the oldest is dropped first.</summary>
    internal const int MaxWrong = 4096;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Verified _right = new(MaxRight);
    private readonly Verified _wrong = new(MaxWrong);

    /// <summary>The HMAC that identifies a claim. May be called without the lock.</summary>
    internal UInt128 MacOf(PasswordClaim claim)
    {
        byte[] account = Encoding.UTF8.GetBytes(claim.Account);
        byte[] hash = Encoding.UTF8.GetBytes(claim.Hash);
        byte[] all = new byte[8 + account.Length + hash.Length + claim.Password.Length];
        BinaryPrimitives.WriteInt32LittleEndian(all, account.Length);
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), hash.Length);
        account.CopyTo(all, 8);
        hash.CopyTo(all, 8 + account.Length);
        claim.Password.Span.CopyTo(all.AsSpan(8 + account.Length + hash.Length));
        UInt128 mac = MacOf(all);
        CryptographicOperations.ZeroMemory(all);
        return mac;
    }

    /// <summary>The HMAC that identifies an account. May be called without the lock.</summary>
    internal UInt128 MacOf(string account) => MacOf(Encoding.UTF8.GetBytes(account));

    /// <summary>Whether a claim is right; <see langword="null"/> if not known.</summary>
    internal bool? Recall(UInt128 mac) => _right.Contains(mac) ? true : _wrong.Contains(mac) ? false : null;

    /// <summary>Remembers the result of a verification.</summary>
    internal void Remember(UInt128 mac, bool isRight) => (isRight ? _right : _wrong).Add(mac);

    private UInt128 MacOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, bytes, mac);
        return BinaryPrimitives.ReadUInt128LittleEndian(mac);
    }

    private sealed class Verified(int most)
    {
        private readonly HashSet<UInt128> _macs = [];
        private readonly Queue<UInt128> _byAge = new();

        internal bool Contains(UInt128 mac) => _macs.Contains(mac);

        internal void Add(UInt128 mac)
        {
            if (!_macs.Add(mac))
            {
                return;
            }

            _byAge.Enqueue(mac);
            if (_byAge.Count > most)
            {
                _macs.Remove(_byAge.Dequeue());
            }
        }
    }
}
