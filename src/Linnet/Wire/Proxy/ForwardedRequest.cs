namespace Linnet.Wire.Proxy;

/// <summary>The client of a request, and the address by which it knows this server.</summary>
/// <param name="Origin">The client.</param>
/// <param name="Scheme">The scheme of addresses for the client: <c>http</c> or <c>https</c>.</param>
/// <param name="Host">The name and port by which the client knows the server, if a trusted proxy states it; <see langword="null"/>: use
/// the request's <c>Host</c>.</param>
/// <param name="IsForwarded">Whether the request passed through an HTTP proxy, trusted or not.</param>
internal sealed record ForwardedRequest(ClientOrigin Origin, string Scheme, string? Host, bool IsForwarded)
{
    /// <summary>
    /// The path below which the client finds what is served here, such as <c>/radio</c>; encoded, without a <c>/</c> at its end. Empty:
    /// the root.
    /// </summary>
    public string PathBase { get; init; } = "";

    /// <summary>Why this request's headers hide <see cref="Origin"/>, if they do.</summary>
    public ForwardedDoubt Doubt { get; init; }
}
