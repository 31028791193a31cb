using System.Diagnostics.CodeAnalysis;
using Linnet.Transports;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>
/// The schemes of addresses that can be listened to, each with its connector: the one place that turns an address into a receiver.
/// </summary>
internal sealed class ListenScheme
{
    private readonly Predicate<Uri> _takes;
    private readonly Connector _connect;

    private ListenScheme(string name, string example, Predicate<Uri> takes, Connector connect)
    {
        Name = name;
        Example = example;
        _takes = takes;
        _connect = connect;
    }

    private delegate IStationConnector Connector(StationRequest request, TimeProvider time, Random random, ILogger logger);

    /// <summary>All schemes.</summary>
    public static IReadOnlyList<ListenScheme> All { get; } =
    [
        Rtsp(RtspUri.PlainScheme),
        Rtsp(RtspUri.TlsScheme),
        Http(Uri.UriSchemeHttp),
        Http(Uri.UriSchemeHttps),
        new(PyAudioAddress.TcpScheme, $"{PyAudioAddress.TcpScheme}://HOST", PyAudioConnector.Takes,
            static (request, time, random, logger) => new PyAudioConnector(request, time, random, logger)) { NeedsFormat = true },
        new(PyAudioAddress.UdpScheme, $"{PyAudioAddress.UdpScheme}://HOST", PyAudioConnector.Takes,
            static (request, time, random, logger) => new PyAudioConnector(request, time, random, logger)) { NeedsFormat = true },
    ];

    /// <summary>The scheme, such as <c>rtsp</c>.</summary>
    public string Name { get; }

    /// <summary>An example address of this scheme, for messages.</summary>
    public string Example { get; }

    /// <summary>
    /// Whether its addresses lead, or may lead, to RTP packets: then their transport can be chosen, impaired on purpose, and measured.
    /// </summary>
    public bool MayBeRtp { get; private init; }

    /// <summary>Whether the protocol does not announce the format of the sound.</summary>
    public bool NeedsFormat { get; private init; }

    /// <summary>Whether its addresses may be streams, which a station can pass on as they are encoded.</summary>
    public bool IsStream { get; private init; }

    /// <summary>The examples of all, as a list in a sentence: <c>A, B or C</c>.</summary>
    public static string Examples => Join([.. All.Select(static scheme => scheme.Example).Distinct()], "or");

    /// <summary>Words as a list in a sentence.</summary>
    /// <param name="words">The words; at least one.</param>
    /// <param name="last">The word before the last item: <c>or</c>, <c>and</c>.</param>
    public static string Join(IReadOnlyList<string> words, string last)
    {
        ArgumentNullException.ThrowIfNull(words);
        return words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} {last} {words[^1]}";
    }

    /// <summary>The scheme of an address that can be listened to.</summary>
    public static bool TryFind(Uri? address, [NotNullWhen(true)] out ListenScheme? scheme)
    {
        scheme = address is { IsAbsoluteUri: true } ? All.FirstOrDefault(one => one.Name == address.Scheme && one._takes(address)) : null;
        return scheme is not null;
    }

    /// <summary>Creates the connector for a station.</summary>
    /// <exception cref="ArgumentException">No scheme fits the address.</exception>
    internal static IStationConnector Connect(StationRequest request, TimeProvider time, Random random, ILogger logger) =>
        TryFind(request.Address, out ListenScheme? scheme)
            ? scheme._connect(request, time, random, logger)
            : throw new ArgumentException($"{request.Address.Scheme} is no scheme that can be listened to.", nameof(request));

    private static ListenScheme Rtsp(string name) =>
        new(name, "rtsp://HOST:PORT/NAME", static uri => RtspUri.TryParse(uri, out _),
            static (request, time, random, logger) => new RtspConnector(request, time, random, logger))
        {
            MayBeRtp = true,
        };

    private static ListenScheme Http(string name) =>
        new(name, "http://HOST:PORT/STREAM", static uri => uri.Host.Length > 0,
            static (request, time, random, logger) => new HttpConnector(request, time, random, logger))
        {
            MayBeRtp = true,
            IsStream = true,
        };
}
