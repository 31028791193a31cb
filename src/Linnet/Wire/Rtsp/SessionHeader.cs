using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linnet.Wire.Rtsp;

/// <summary>The <c>Session</c> header: <c>12345678;timeout=60</c>.</summary>
/// <param name="Id">Names the session. Visible ASCII without semicolons; opaque to a client.</param>
/// <param name="Timeout">How long the server keeps a session it hears nothing of, in whole seconds; <see langword="null"/>: 60 s.</param>
/// <remarks>Source: RFC 2326 §12.37, §3.4.</remarks>
internal sealed record SessionHeader(string Id, TimeSpan? Timeout = null)
{
    /// <summary>The timeout when the server names none.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The most characters an id may have.</summary>
    public const int MaxIdLength = 128;

    private const int MaxTimeoutSeconds = 86_400;

    /// <summary>Reads the header. Never throws. A malformed timeout counts as absent; one above a day as a day.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SessionHeader? header)
    {
        header = null;
        string[] parts = text?.Split(';', 16, StringSplitOptions.TrimEntries) ?? [""];
        if (parts[0].Length > MaxIdLength || !RtspGrammar.IsUri(parts[0]))
        {
            return false;
        }

        TimeSpan? timeout = null;
        foreach (string part in parts.AsSpan(1))
        {
            if (part.StartsWith("timeout=", StringComparison.OrdinalIgnoreCase)
                && long.TryParse(part.AsSpan("timeout=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                && seconds > 0)
            {
                timeout = TimeSpan.FromSeconds(Math.Min(seconds, MaxTimeoutSeconds));
            }
        }

        header = new SessionHeader(parts[0], timeout);
        return true;
    }

    /// <summary>The header's value.</summary>
    public override string ToString() =>
        Timeout is TimeSpan timeout ? string.Create(CultureInfo.InvariantCulture, $"{Id};timeout={(long)timeout.TotalSeconds}") : Id;
}
