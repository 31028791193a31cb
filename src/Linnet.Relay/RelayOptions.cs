using System.Globalization;
using System.Security.Cryptography;
using Linnet.Relay.Wire;
using Linnet.Sources;
using Linnet.Wire;

namespace Linnet.Relay;

/// <summary>How a server joins others over NATS.</summary>
internal sealed record RelayOptions : IValidatable
{
    private static readonly TimeSpan LeastDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(10);
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

    /// <summary>
    /// How far packets over RTSP and WebSocket run behind the origin of a station, 20 ms – 10 s. Default 100 ms. Within this time missing
    /// sound is fetched from the origin, and listeners notice nothing.
    /// </summary>
    public TimeSpan PacketDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The same for streams over HTTP and for HLS. Default 3 s.</summary>
    public TimeSpan StreamDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Where listeners reach this server over HTTP, such as <c>https://radio2.example/</c>: others that are full send theirs there.
    /// <see langword="null"/>, the default: they send none.
    /// </summary>
    public Uri? PublicHttp { get; init; }

    /// <summary>The same over RTSP.</summary>
    public Uri? PublicRtsp { get; init; }

    /// <summary>
    /// Creates what listeners of a station from another server hear while that server is away; <see langword="null"/>, the default:
    /// silence. Called for each rendition with listeners when the server goes away.
    /// </summary>
    public Func<IAudioSource>? Fallback { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (string address in Servers.Split(','))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || !Schemes.Contains(uri.Scheme) || uri.Host.Length == 0)
            {
                yield return $"'{Shown(address)}' is not the address of a NATS server. It must be like nats://HOST:4222.";
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

        foreach ((string name, TimeSpan delay) in
            ((string, TimeSpan)[])[(nameof(PacketDelay), PacketDelay), (nameof(StreamDelay), StreamDelay)])
        {
            if (delay < LeastDelay || delay > MostDelay)
            {
                yield return $"{name} is {delay.TotalMilliseconds:0} ms; it must be between 20 ms and 10 s.";
            }
        }

        if (Replicas is < 1 or > 5)
        {
            yield return $"{nameof(Replicas)} is {Replicas}; it must be between 1 and 5.";
        }
    }

    /// <summary>The addresses for people: without passwords.</summary>
    internal string ShownServers => string.Join(',', Servers.Split(',').Select(Shown));

    // A user without a password is a token, which is as secret.
    private static string Shown(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.UserInfo.Length > 0 && !uri.UserInfo.Contains(':')
            ? address.Replace($"{uri.UserInfo}@", $"{ShownAddress.Hidden}@", StringComparison.Ordinal)
            : ShownAddress.Of(address);
}
