using System.Net;

namespace Linnet.Access;

/// <summary>What a client wants to do. All of it but the address comes from the client.</summary>
/// <param name="Action">What.</param>
/// <param name="Station">With which station; <see langword="null"/>: the server as a whole, or one that does not exist.</param>
/// <param name="Client">The client's address and port.</param>
/// <param name="Protocol">The name of the protocol, for the log: <c>HTTP</c>.</param>
internal sealed record AccessRequest(AccessAction Action, string? Station, IPEndPoint Client, string Protocol)
{
    /// <summary>The value of <c>Authorization</c>.</summary>
    internal string? Authorization { get; init; }

    /// <summary>The signed link below which it asks, without its <c>~</c>; <see langword="null"/>: none.</summary>
    internal string? Link { get; init; }

    /// <summary>Whether nobody on the way can read the request.</summary>
    internal bool IsEncrypted { get; init; }

    /// <summary>The method and the URI of the request for proofs of stream tokens; <see langword="null"/>: they are not accepted.</summary>
    internal (string Method, string Uri)? Proof { get; init; }

    /// <summary>The path for a service that is asked, such as <c>/jazz.mp3</c>.</summary>
    internal string Mount { get; init; } = "";

    /// <summary>The name and port by which the client knows this server, for a service that is asked.</summary>
    internal string Server { get; init; } = "";

    /// <summary>The name of the client's program, for a service that is asked.</summary>
    internal string Agent { get; init; } = "";

    /// <summary>What, with which station and from where; neither credentials nor a link.</summary>
    public override string ToString() => $"{Action} {Station} {Client} {Protocol}";
}
