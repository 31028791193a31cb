using System.Globalization;
using System.Net;
using Linnet.Codecs;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Linnet.Server.Hosting;

/// <summary>The options of a host that its configuration can set, below <c>Linnet</c>.</summary>
/// <param name="configuration">The host's configuration; <see langword="null"/>: none.</param>
/// <remarks>Without reflection, which ahead-of-time compilation does not allow here.</remarks>
internal sealed class LinnetSettings(IConfiguration? configuration)
    : IConfigureOptions<LinnetOptions>, IValidateOptions<LinnetOptions>
{
    private const string Section = "Linnet";
    private const string Off = "off";

    /// <inheritdoc/>
    public void Configure(LinnetOptions options)
    {
        if (configuration?.GetSection(Section) is not { } section || !section.Exists())
        {
            return;
        }

        if (section["Bind"] is { Length: > 0 } bind)
        {
            options.Server = options.Server with
            {
                Bind = IPAddress.TryParse(bind, out IPAddress? address) ? address : throw Wrong("Bind", bind, "an IP address"),
            };
        }

        if (section["RtspPort"] is { Length: > 0 } rtsp)
        {
            options.ServeRtsp();
            options.Server = options.Server with { RtspPort = ReadPort("RtspPort", rtsp) };
            options.Server = options.Server.RtspPort is null ? options.Server with { RtpPort = null } : options.Server;
        }

        if (section["RtpPort"] is { Length: > 0 } rtp)
        {
            options.Server = options.Server with { RtpPort = ReadPort("RtpPort", rtp) };
        }

        if (section["PushPassword"] is { Length: > 0 } password)
        {
            options.Server = options.Server with { Push = options.Server.Push with { Password = password } };
        }

        if (section["MaxListeners"] is { Length: > 0 } most)
        {
            int count = ReadNumber("MaxListeners", most);
            options.Server = options.Server with
            {
                Radio = (options.Server.Radio ?? new RadioServerOptions()) with { MaxListeners = count },
                Rtsp = options.Server.Rtsp with { MaxSessions = count },
            };
        }

        if (section.GetSection("TrustedProxies") is { } proxies && proxies.Exists())
        {
            options.Server = options.Server with { TrustedProxies = ReadNetworks(proxies) };
        }

        if (section.GetSection("MetricsNetworks") is { } readers && readers.Exists())
        {
            options.MetricsNetworks = ReadNetworks(readers);
        }
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LinnetOptions options)
    {
        string[] problems = [.. options.Problems(), .. CodecChoice.Fault is { } fault ? [fault] : Array.Empty<string>()];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static int? ReadPort(string key, string text) =>
        text.Equals(Off, StringComparison.OrdinalIgnoreCase) ? null : ReadNumber(key, text);

    private static int ReadNumber(string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : throw Wrong(key, text, "a number");

    private static IPNetwork[] ReadNetworks(IConfigurationSection list) => [.. list.GetChildren().Select(entry =>
        IPNetwork.TryParse(entry.Value, out IPNetwork network) ? network
        : IPAddress.TryParse(entry.Value, out IPAddress? address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw Wrong(list.Key, entry.Value, "a network, such as 192.168.1.0/24, or an address"))];

    private static InvalidOperationException Wrong(string key, string? value, string expected) =>
        new($"The setting {Section}:{key} is '{value}'; it takes {expected}.");
}
