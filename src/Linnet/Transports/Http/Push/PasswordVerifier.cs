namespace Linnet.Transports.Http.Push;

/// <summary>
/// Verifies a password. May be slow on purpose: it is called by one thread at a time, and rarely twice for the same password.
/// </summary>
/// <param name="password">The password's bytes, as received. Valid during the call.</param>
internal delegate bool PasswordVerifier(ReadOnlySpan<byte> password);
