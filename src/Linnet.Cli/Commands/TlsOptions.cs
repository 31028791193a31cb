using System.CommandLine;
using Linnet.Cli.Help;
using Linnet.Server.Hosting;
using Linnet.Server.Hosting.Tls;

namespace Linnet.Cli.Commands;

/// <summary>Options for the ports with TLS, and the certificate that they show.</summary>
internal static class TlsOptions
{
    /// <summary>The value of <see cref="Certificate"/> for a certificate that the server makes.</summary>
    public const string SelfSigned = "self-signed";

    private const string On = "on";

    internal static Option<string?> Certificate { get; } = Ask.Word(
        "--tls", "FILE", $"Certificate for HTTPS and RTSPS, or {SelfSigned}.", "none");

    internal static Option<string?> Key { get; } = Ask.Word(
        "--tls-key", "FILE", "PEM file with the private key of the certificate.", "the file of --tls");

    internal static Option<string?> Password { get; } = Ask.Word(
        "--tls-password", "PASSWORD",
        "Password of the private key or the PFX file. Other users of this machine can see it: prefer --tls-password-file.", "none");

    internal static Option<string?> PasswordFile { get; } = Ask.Word(
        "--tls-password-file", "FILE", "File whose first line is the password of the private key or the PFX file.", "none");

    internal static Option<string?> Folder { get; } = Ask.Word(
        "--state-folder", "FOLDER", $"Folder where {SelfSigned} certificates are kept.",
        "/var/lib/linnet, or ~/.local/state/linnet if that is not writable");

    internal static Option<string[]> Name { get; } = Ask.Words(
        "--tls-name", "NAME", $"Also put this name or address into the {SelfSigned} certificate, such as radio.example.",
        "those of this machine");

    internal static Option<int?> RtspsPort { get; } =
        Ask.Port("--rtsps-port", "TCP port for RTSP over TLS.", 8322, canBeOff: true, " with --tls")
            .Sets(nameof(RadioHostOptions), nameof(RadioHostOptions.RtspsPort));

    internal static Option<string?> Redirect { get; } = Ask.Choice(
        "--https-redirect", "Send browsers that open the page over HTTP to HTTPS. Players are never redirected.",
        $"on with a certificate from a file, off with {SelfSigned}", On, "off");

    /// <summary>The help group of the options that go with <see cref="Certificate"/>.</summary>
    public static OptionGroup Group =>
        new("TLS", [], [RadioOptions.HttpsPort, RtspsPort, Key, PasswordFile, Password, Redirect, Name, Folder]);

    /// <summary>Reads the certificate; <see langword="null"/>: no TLS.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="shell">Receives a warning if the password is easily read.</param>
    /// <exception cref="UsageException">The options do not fit together.</exception>
    public static TlsSettings? Read(ParseResult parsed, Shell shell)
    {
        string? certificate = parsed.GetValue(Certificate);
        bool isOwn = certificate == SelfSigned;
        Option[] details = certificate is null ? [Key, Password, PasswordFile, Redirect, Name]
            : isOwn ? [Key, Password, PasswordFile] : [];
        if (details.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } detail)
        {
            throw new UsageException(isOwn
                ? $"{detail.Name} is for a certificate from a file, and {Certificate.Name} is {SelfSigned}."
                : $"{detail.Name} needs a certificate: {Certificate.Name} FILE, or {Certificate.Name} {SelfSigned}.");
        }

        return certificate is null ? null : new TlsSettings
        {
            CertificateFile = isOwn ? null : certificate,
            KeyFile = parsed.GetValue(Key),
            Password = PushOptions.ReadPassword(parsed, Password, PasswordFile, shell),
            StateFolder = parsed.GetValue(Folder),
            Names = [.. (parsed.GetValue(Name) ?? []).Select(static text => MachineNames.IsNameOrAddress(text) ? text
                : throw new UsageException($"'{text}' is not a valid value for {Name.Name}: use a name or an address of this server."))],
        };
    }

    /// <summary>Reads a port with TLS; <see langword="null"/>: it is off.</summary>
    /// <exception cref="UsageException">It has no certificate.</exception>
    public static int? ReadPort(ParseResult parsed, Option<int?> option, TlsSettings? tls, int usual) =>
        Ask.PortOf(parsed.GetValue(option), tls is null ? null : usual) is not int port ? null
        : tls is not null ? port
        : throw new UsageException($"{option.Name} needs a certificate: {Certificate.Name} FILE, or {Certificate.Name} {SelfSigned}.");

    /// <summary>Whether pages lead from HTTP to HTTPS.</summary>
    public static bool ReadRedirect(ParseResult parsed, TlsSettings? tls) =>
        parsed.GetValue(Redirect) is { } given ? given == On : tls?.CertificateFile is not null;
}
