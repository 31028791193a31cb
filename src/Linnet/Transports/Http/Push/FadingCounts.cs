using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Linnet.Transports.Http.Push;

/// <summary>
/// Counts any number of things in bounded room, and forgets: each count is halved now and then. Pure; used under one lock.
/// </summary>
/// <remarks>
/// A count-min sketch with conservative update. A count may come out too large where very many things are counted, and never too small:
/// nobody can push his own out by a flood of others. Where things fall depends on a key of this run, so nobody can aim at another's.
/// Source: Cormode and Muthukrishnan, 2005.
/// </remarks>
/// <param name="halfTime">After which counts are halved.</param>
internal sealed class FadingCounts(TimeSpan halfTime)
{
    private const int Rows = 4;

    // Together 512 KiB: 60,000 things at a time are seldom taken for each other in all rows.
    private const int Columns = 1 << 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private ushort[] _counts = [];
    private TimeSpan _halvedAt;

    /// <summary>The count of a thing.</summary>
    internal int this[UInt128 thing, TimeSpan now] => Fade(now) ? Least(Place(thing, stackalloc int[Rows])) : 0;

    /// <summary>Counts it once more.</summary>
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

    // False: nothing is counted.
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
