using System.Globalization;
using System.Security.Cryptography;
using Linnet.Relay.Wire;
using Linnet.Wire;

namespace Linnet.Relay;

/// <summary>How a server joins others over NATS.</summary>
internal sealed record RelayOptions : IValidatable
{
    private static readonly string[] Schemes = ["nats", "tls", "ws", "wss"];

    /// <summary>
    /// Addresses of NATS servers, separated by commas: <c>nats://USER:PASSWORD@HOST:4222</c>, or <c>tls://</c> where TLS is required.
    /// </summary>
    public required string Servers { get; init; }

    /// <summary>A file with the credentials of a NATS user (<c>.creds</c>); <see langword="null"/>, the default: none.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>A file with the NKey of a NATS user; <see langword="null"/>, the default: none.</summary>
    public string? NKeyFile { get; init; }

    /// <summary>A file with the certificates of authorities to trust; <see langword="null"/>, the default: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>The name of this node, which no other has: letters, digits, <c>-</c> and <c>_</c>. Default: random.</summary>
    public string Node { get; init; } =
        BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)).ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>NATS servers of a cluster that keep the leases of stations, 1–5. Default 1: then they end with that server.</summary>
    public int Replicas { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (string address in Servers.Split(','))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || !Schemes.Contains(uri.Scheme) || uri.Host.Length == 0)
            {
                yield return $"'{ShownAddress.Of(address)}' is not the address of a NATS server. It must be like nats://HOST:4222.";
            }
        }

        if (CredentialsFile is not null && NKeyFile is not null)
        {
            yield return $"{nameof(CredentialsFile)} and {nameof(NKeyFile)} are both set; one of them is enough.";
        }

        if (!Subjects.IsName(Node))
        {
            yield return $"{nameof(Node)} is '{Node}'; it must have 1 to 64 letters, digits, - and _.";
        }

        if (Replicas is < 1 or > 5)
        {
            yield return $"{nameof(Replicas)} is {Replicas}; it must be between 1 and 5.";
        }
    }

    /// <summary>The addresses for people: without passwords.</summary>
    internal string ShownServers => string.Join(',', Servers.Split(',').Select(static address => ShownAddress.Of(address)));
}
