using System.Net;

namespace Linnet.Transports.Http.Radio;

/// <summary>What is known of a listener over HTTP, for display.</summary>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name.</param>
/// <param name="Remote">Its address, behind the proxies that are trusted.</param>
/// <param name="Since">When it asked.</param>
internal sealed record RadioListenerIdentity(string Station, string Rendition, IPEndPoint Remote, DateTimeOffset Since);
