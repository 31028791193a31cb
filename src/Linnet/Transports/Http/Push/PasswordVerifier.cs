namespace Linnet.Transports.Http.Push;

/// <summary>
/// Says whether a password is right. May be slow on purpose: it is called by one thread at a time, and not twice for the same password if
/// that can be helped.
/// </summary>
/// <param name="password">Its bytes, as they came. Lent for the call.</param>
internal delegate bool PasswordVerifier(ReadOnlySpan<byte> password);
