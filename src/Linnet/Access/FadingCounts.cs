using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Linnet.Access;

/// <summary>
/// Approximate counts for any number of keys in bounded memory; each count is halved at intervals. Pure; used under one lock.
/// </summary>
/// <remarks>
/// A count-min sketch with conservative update. With very many keys a count may be too high, but never too low: no client can displace its
/// own count by flooding others. The position of a key depends on a secret of this run, so no client can target another's count. Source:
/// Cormode and Muthukrishnan, 2005.
/// </remarks>
/// <param name="halfTime">The time after which counts are halved.</param>
internal sealed class FadingCounts(TimeSpan halfTime)
{
    private const int Rows = 4;

    // 512 KiB in total: with 60,000 keys at a time, a collision in all rows is rare.
    private const int Columns = 1 << 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private ushort[] _counts = [];
    private TimeSpan _halvedAt;

    /// <summary>The count of a key.</summary>
    internal int this[UInt128 thing, TimeSpan now] => Fade(now) ? Least(Place(thing, stackalloc int[Rows])) : 0;

    /// <summary>Increments the count of a key.</summary>
    internal void Add(UInt128 thing, TimeSpan now)
    {
        if (!Fade(now))
        {
            _counts = new ushort[Rows * Columns];
            _halvedAt = now;
        }

        Span<int> places = Place(thing, stackalloc int[Rows]);
        int more = Math.Min(Least(places) + 1, ushort.MaxValue);
        foreach (int place in places)
        {
            _counts[place] = (ushort)Math.Max(_counts[place], more);
        }
    }

    // False: all counts are zero.
    private bool Fade(TimeSpan now)
    {
        while (_counts.Length > 0 && now - _halvedAt >= halfTime)
        {
            _halvedAt += halfTime;
            bool isAnyLeft = false;
            foreach (ref ushort count in _counts.AsSpan())
            {
                count >>= 1;
                isAnyLeft |= count > 0;
            }

            _counts = isAnyLeft ? _counts : [];
        }

        return _counts.Length > 0;
    }

    private int Least(ReadOnlySpan<int> places)
    {
        int least = ushort.MaxValue;
        foreach (int place in places)
        {
            least = Math.Min(least, _counts[place]);
        }

        return least;
    }

    private Span<int> Place(UInt128 thing, Span<int> places)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, thing);
        HMACSHA256.HashData(_key, bytes, hash);
        ReadOnlySpan<uint> random = MemoryMarshal.Cast<byte, uint>(hash);
        for (int row = 0; row < Rows; row++)
        {
            places[row] = (row * Columns) + (int)(random[row] % Columns);
        }

        return places;
    }
}
