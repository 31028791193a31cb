using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linnet.Playback;
using Linnet.Transports;

namespace Linnet.Cli.Commands;

/// <summary>Options for the certificates that are accepted from servers.</summary>
internal static class TrustOptions
{
    internal static Option<string?> Fingerprint { get; } = Ask.Word(
        "--tls-fingerprint", "SHA256",
        "Accept a certificate of an rtsps or https server by its SHA-256 fingerprint, or by that of an authority that the server presents.",
        "none")
        .Sets(nameof(PlayerOptions), nameof(PlayerOptions.Trust))
        .Sets(nameof(ServerTrust), nameof(ServerTrust.Fingerprint));

    internal static Option<string?> Authorities { get; } = Ask.Word(
        "--tls-ca", "FILE", "Accept only certificates of the authorities in this PEM file from rtsps and https servers.",
        "the authorities that this system trusts").Sets(nameof(PlayerOptions), nameof(PlayerOptions.Trust));

    /// <summary>Both.</summary>
    public static Option[] All => [Fingerprint, Authorities];

    /// <summary>Reads the options; <see langword="null"/>: neither is given.</summary>
    /// <exception cref="UsageException">A value does not fit.</exception>
    public static ServerTrust? Read(ParseResult parsed)
    {
        string? fingerprint = parsed.GetValue(Fingerprint);
        string? file = parsed.GetValue(Authorities);
        if (fingerprint is not null && file is not null)
        {
            throw new UsageException($"{Fingerprint.Name} and {Authorities.Name} both say what to accept: use only one of them.");
        }

        ServerTrust? trust = fingerprint is not null ? new ServerTrust { Fingerprint = fingerprint }
            : file is not null ? new ServerTrust { Authorities = ReadFile(file) }
            : null;
        return trust?.Problems().Any() == true
            ? throw new UsageException(
                $"'{fingerprint}' is not a valid value for {Fingerprint.Name}: use a SHA-256 fingerprint, which has 64 hexadecimal digits.")
            : trust;
    }

    private static X509Certificate2[] ReadFile(string path)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(path);
            return all.Count > 0 ? [.. all]
                : throw new UsageException($"'{path}' has no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----.");
        }
        catch (CryptographicException e)
        {
            throw new UsageException($"'{path}' cannot be read as certificates in PEM form: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(e is FileNotFoundException or DirectoryNotFoundException
                ? $"There is no file '{path}'; check {Authorities.Name}." : $"'{path}' cannot be read: {e.Message}");
        }
    }
}
