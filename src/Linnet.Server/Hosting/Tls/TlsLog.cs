using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting.Tls;

/// <summary>Log messages about certificates. Event ids 780–789.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(780, LogLevel.Information, "TLS: using the certificate of {Names}, valid until {End}")]
    internal static partial void CertificateUsed(this ILogger logger, string names, string end);

    [LoggerMessage(
        781, LogLevel.Error, "The new certificate is not used, and the old one, which is valid until {End}, stays: {Problem}")]
    internal static partial void CertificateNotRenewed(this ILogger logger, Exception exception, string end, string problem);

    [LoggerMessage(
        787, LogLevel.Error,
        "The new certificate is not valid today, but from {Begin} to {End}. The old one stays; it is valid until {OldEnd}")]
    internal static partial void CertificateWaits(this ILogger logger, string begin, string end, string oldEnd);

    [LoggerMessage(782, LogLevel.Warning, "The certificate of {Names} expires on {End}: renew it. A new file is picked up by itself")]
    internal static partial void CertificateExpires(this ILogger logger, string names, string end);

    [LoggerMessage(783, LogLevel.Error, "The certificate of {Names} expired on {End}, and clients refuse it: renew it")]
    internal static partial void CertificateExpired(this ILogger logger, string names, string end);

    [LoggerMessage(
        784, LogLevel.Warning, "Every user of this machine can read the private key in {File}. Change that with: chmod 600 {Same}")]
    private static partial void KeyIsOpen(this ILogger logger, string file, string same);

    [LoggerMessage(
        785, LogLevel.Warning,
        "Other users of this machine can read or change the private key in {File}. If one of them may have done so, delete the file: a "
            + "new one is made at the next start. If not: chmod 600 {Same}")]
    private static partial void OwnKeyIsOpen(this ILogger logger, string file, string same);

    [LoggerMessage(
        786, LogLevel.Warning, "Other users of this machine can replace the private keys in {Folder}. Change that with: chmod 700 {Same}")]
    private static partial void StateFolderIsOpen(this ILogger logger, string folder, string same);

    internal static void KeyIsOpen(this ILogger logger, string file) => logger.KeyIsOpen(file, file);

    internal static void OwnKeyIsOpen(this ILogger logger, string file) => logger.OwnKeyIsOpen(file, file);

    internal static void StateFolderIsOpen(this ILogger logger, string folder) => logger.StateFolderIsOpen(folder, folder);
}
