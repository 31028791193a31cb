namespace Linnet.Wire.Sdp;

/// <summary>The <c>o=</c> line: the creator of the description, and its version.</summary>
/// <param name="Username">The creator's login, or <c>-</c>.</param>
/// <param name="SessionId">Digits. Together with the other fields, identifies the session globally.</param>
/// <param name="SessionVersion">Digits that increase with every change of the description.</param>
/// <param name="Address">The creator's host: a name or an address.</param>
/// <param name="AddressType"><c>IP4</c> or <c>IP6</c>.</param>
/// <remarks>Source: RFC 8866 §5.2.</remarks>
internal sealed record SdpOrigin(string Username, string SessionId, string SessionVersion, string Address, string AddressType = "IP4")
{
    /// <summary>Used if the description states no origin.</summary>
    public static SdpOrigin Unknown { get; } = new("-", "0", "0", "0.0.0.0");

    /// <summary>The line without <c>o=</c>.</summary>
    /// <exception cref="ArgumentException">A part is not one word.</exception>
    public override string ToString() => string.Join(
        ' ',
        SdpGrammar.Field(Username, "An origin's user name"),
        SdpGrammar.Field(SessionId, "A session id"),
        SdpGrammar.Field(SessionVersion, "A session version"),
        "IN",
        SdpGrammar.Field(AddressType, "An address type"),
        SdpGrammar.Field(Address, "An address"));

    internal static SdpOrigin? Parse(string value) =>
        value.Split((char[])[' ', '\t'], 16,
            StringSplitOptions.RemoveEmptyEntries) is [var user, var id, var version, "IN", var type, var address, ..]
            ? new SdpOrigin(user, id, version, address, type)
            : null;
}
