using System.Globalization;
using System.Text;
using Linnet.Relay.Wire;

namespace Linnet.Relay.Leases;

/// <summary>The node that has a lease, as its entry says: <c>INCARNATION NODE</c>, the first in 16 hexadecimal digits.</summary>
/// <param name="Incarnation">Names one life of the station. A node that has restarted has another.</param>
/// <param name="Node">The node.</param>
internal readonly record struct LeaseOwner(ulong Incarnation, string Node)
{
    private const int Digits = 16;

    /// <summary>The owner as an entry holds it.</summary>
    internal byte[] ToBytes() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Incarnation:x16} {Node}"));

    /// <summary>Reads an entry, which may hold anything. Never throws.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> entry, out LeaseOwner owner)
    {
        string text = Encoding.ASCII.GetString(entry);
        owner = default;
        if (text.Length <= Digits || text[Digits] != ' ' || !Subjects.IsName(text.AsSpan(Digits + 1))
            || !ulong.TryParse(text.AsSpan(0, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong incarnation))
        {
            return false;
        }

        owner = new LeaseOwner(incarnation, text[(Digits + 1)..]);
        return true;
    }
}
