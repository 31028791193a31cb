namespace Linnet.Transports.Http;

/// <summary>What else is served on the port of an <see cref="HttpFront"/>.</summary>
/// <param name="IsShared">
/// Whether the web server behind the front also serves pages of others. The front then takes only requests for what exists: a station's
/// stream, a push to a station that accepts pushes.
/// </param>
/// <param name="PathBases">The paths below which stations are found, such as <c>/radio</c>; the root is an empty one.</param>
/// <param name="ChecksListeners">
/// Whether the web server must see every listener first, because it decides who may listen. Such a request is answered through its pipe.
/// </param>
internal sealed record HttpSite(bool IsShared, IReadOnlyList<string> PathBases, bool ChecksListeners)
{
    /// <summary>A port that serves audio and the pages about it, and nothing else.</summary>
    internal static HttpSite Alone { get; } = new(IsShared: false, [""], ChecksListeners: false);

    /// <summary>A port on which others have pages, too.</summary>
    internal static HttpSite Shared { get; } = Alone with { IsShared = true };
}
