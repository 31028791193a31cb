using System.Diagnostics.CodeAnalysis;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>The user and password of an address, to send to a server. <c>ToString</c> shows no password.</summary>
/// <param name="User">Without control characters; may be empty.</param>
/// <param name="Password">Without control characters; may be empty.</param>
internal sealed record RtspCredentials(string User, string Password)
{
    /// <summary>
    /// Reads the part of an address before the host: <c>user:password</c>, with percent-escapes (RFC 3986 §3.2.1). Never throws.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<char> userInfo, [NotNullWhen(true)] out RtspCredentials? credentials)
    {
        int colon = userInfo.IndexOf(':');
        credentials = new RtspCredentials(
            Uri.UnescapeDataString((colon < 0 ? userInfo : userInfo[..colon]).ToString()),
            colon < 0 ? "" : Uri.UnescapeDataString(userInfo[(colon + 1)..].ToString()));

        // They would break out of their line.
        if (MessageGrammar.IsText(credentials.User) && MessageGrammar.IsText(credentials.Password))
        {
            return true;
        }

        credentials = null;
        return false;
    }

    /// <summary>The user alone.</summary>
    public override string ToString() => User;
}
