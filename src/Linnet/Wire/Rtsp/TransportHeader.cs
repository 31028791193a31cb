using System.Diagnostics.CodeAnalysis;

namespace Linnet.Wire.Rtsp;

/// <summary>The <c>Transport</c> header: the ways of delivery a client offers, best first, or the one a server chose.</summary>
/// <remarks>Source: RFC 2326 §12.39.</remarks>
internal static class TransportHeader
{
    /// <summary>The most ways one header may list.</summary>
    public const int MaxSpecs = 16;

    /// <summary>Reads the header. Never throws.</summary>
    /// <returns>
    /// <see langword="false"/> if it lists nothing, too much, or something that does not start with a protocol.
    /// Ways that Linnet does not speak are listed too: see <see cref="TransportSpec.IsSupported"/>.
    /// </returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IReadOnlyList<TransportSpec>? specs)
    {
        specs = null;
        string[] parts = text?.Split(',', MaxSpecs + 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (parts.Length is 0 or > MaxSpecs)
        {
            return false;
        }

        var list = new List<TransportSpec>(parts.Length);
        foreach (string part in parts)
        {
            if (!TransportSpec.TryParse(part, out TransportSpec? spec))
            {
                return false;
            }

            list.Add(spec);
        }

        specs = list;
        return true;
    }

    /// <summary>Writes the header's value.</summary>
    public static string Write(params IEnumerable<TransportSpec> specs) => string.Join(',', specs);
}
