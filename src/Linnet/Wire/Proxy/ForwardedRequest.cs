namespace Linnet.Wire.Proxy;

/// <summary>Who sent a request, and how it knows this server.</summary>
/// <param name="Origin">Who.</param>
/// <param name="Scheme">What addresses for it begin with: <c>http</c> or <c>https</c>.</param>
/// <param name="Host">Name and port by which it knows the server, if a proxy that is believed says so; <see langword="null"/>: as the
/// request's <c>Host</c> says.</param>
/// <param name="IsForwarded">Whether an HTTP proxy has had its hands on it, believed or not.</param>
public sealed record ForwardedRequest(ClientOrigin Origin, string Scheme, string? Host, bool IsForwarded)
{
    /// <summary>Why <see cref="Origin"/> is hidden by this request's headers, if it is.</summary>
    public ForwardedDoubt Doubt { get; init; }
}
