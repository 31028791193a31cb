using System.Net;

namespace Linnet.Wire.Http;

/// <summary>Why a request is refused, and the answer.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Reason">A sentence for its body. Holds nothing that the peer sent.</param>
/// <param name="IsHttp">Whether the peer speaks a protocol of this family at all; if not, an answer would be noise to it.</param>
internal sealed record HttpRefusal(HttpStatusCode Status, string Reason, bool IsHttp = true);
