using System.Security.Cryptography.X509Certificates;

namespace Linnet.Interop.Tests.Tls;

/// <summary>A <c>linnet serve --tls self-signed</c> on ports of its own, on loopback.</summary>
internal sealed class TlsServing : IAsyncDisposable
{
    private const string Own = "The certificate is this server's own. linnet play accepts it with --tls-fingerprint ";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Serving _serving;
    private readonly string _rtsps;

    private TlsServing(Serving serving, string rtsps, string https, string fingerprint, string authority)
    {
        _serving = serving;
        _rtsps = rtsps;
        Https = https;
        Fingerprint = fingerprint;
        Authority = authority;
    }

    /// <summary>Where it serves HTTPS, with a slash at the end.</summary>
    public string Https { get; }

    /// <summary>The fingerprint of its authority.</summary>
    public string Fingerprint { get; }

    /// <summary>A PEM file with the authority's certificate.</summary>
    public string Authority { get; }

    public Tool Tool => _serving.Tool;

    /// <summary>Starts it.</summary>
    /// <param name="folder">For the server's state.</param>
    /// <param name="arguments">More arguments.</param>
    public static async Task<TlsServing> StartAsync(TempFolder folder, params string[] arguments)
    {
        Serving serving = await Serving.StartAsync(
            [.. arguments, "--tls", "self-signed", "--state-folder", folder.Path, "--https-port", "0", "--rtsps-port", "0"]);
        try
        {
            string rtsps = await serving.Tool.LineAsync("Listen with: linnet play rtsps://", Limit);
            string https = await serving.Tool.LineAsync("In a browser:  https://", Limit);
            string fingerprint = await serving.Tool.LineAsync(Own, Limit);
            string authority = folder["authority.pem"];
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(folder["tls/authority.pem"]);
            await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            return new TlsServing(
                serving, rtsps[..rtsps.IndexOf('/', StringComparison.Ordinal)], $"https://{https}", fingerprint, authority);
        }
        catch
        {
            await serving.DisposeAsync();
            throw;
        }
    }

    /// <summary>An address of RTSPS.</summary>
    public string Url(string path) => $"rtsps://{_rtsps}/{path}";

    public ValueTask DisposeAsync() => _serving.DisposeAsync();
}
