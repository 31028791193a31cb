using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>Where other machines can reach a server on this one.</summary>
internal static class ListenAddresses
{
    // More lines would push the server's address off the screen; the web page lists all stations.
    private const int MaxStations = 16;

    /// <summary>The addresses, best first.</summary>
    /// <param name="bind">The one address the server listens at; <see langword="null"/>: all.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="path">The path of the address: <c>/</c> and a station's name.</param>
    /// <param name="scheme">The scheme of the address.</param>
    public static IReadOnlyList<string> Of(IPAddress? bind, int port, string path, string scheme = "rtsp") =>
        [.. (bind is null ? Choose(OfThisMachine()) : [bind]).Select(address => Format(scheme, address, port, path))];

    /// <summary>
    /// Those of <paramref name="addresses"/> at which other machines reach this one: IPv4 first, without link-local addresses; the
    /// loopback address if there are no others.
    /// </summary>
    public static IReadOnlyList<IPAddress> Choose(IReadOnlyList<IPAddress> addresses)
    {
        IPAddress[] reachable = [.. addresses
            .Where(static a => !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal)
            .OrderBy(static a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)];
        return reachable.Length > 0 ? reachable : [IPAddress.Loopback];
    }

    /// <summary>Prints the addresses, with the command for the other machine.</summary>
    /// <param name="addresses">For players of RTSP.</param>
    /// <param name="output">Receives the text.</param>
    /// <param name="http">For browsers and internet radios.</param>
    /// <param name="others">For other programs, each with their name.</param>
    /// <param name="stations">Names of the stations; of each, the URL at the first address is printed.</param>
    public static void Announce(
        IReadOnlyList<string> addresses, TextWriter output, IReadOnlyList<string>? http = null,
        IReadOnlyList<(string Clients, string Address)>? others = null, IReadOnlyList<string>? stations = null)
    {
        foreach (string address in addresses)
        {
            output.WriteLine($"Listen with: linnet play {address}   (or any player of RTSP)");
        }

        foreach (string station in addresses.Count > 0 ? (stations ?? []).Take(MaxStations) : [])
        {
            output.WriteLine($"Station {station}: {addresses[0]}{station}");
        }

        if (addresses.Count > 0 && stations?.Count > MaxStations)
        {
            output.WriteLine($"and {stations.Count - MaxStations} more stations");
        }

        foreach (string address in http ?? [])
        {
            output.WriteLine($"In a browser:  {address}");
        }

        foreach ((string clients, string address) in others ?? [])
        {
            output.WriteLine($"{clients} hear {address}");
        }

        output.Flush();
    }

    /// <summary>Prints how to push.</summary>
    /// <param name="http">The addresses of HTTP; empty: HTTP is off.</param>
    /// <param name="stations">The stations that take a push.</param>
    /// <param name="output">Receives the text.</param>
    public static void AnnouncePush(IReadOnlyList<string> http, IReadOnlyList<string> stations, TextWriter output)
    {
        // A password is better sent over TLS.
        string? secure = http.FirstOrDefault(static address => address.StartsWith("https:", StringComparison.Ordinal));
        foreach (string station in http.Count > 0 ? stations : [])
        {
            output.WriteLine(
                $"Push to {station}:  ffmpeg -re -i FILE -c:a libmp3lame -content_type audio/mpeg -f mp3 "
                    + $"{(secure is null ? "" : "-tls 1 ")}{PushAddress(secure ?? http[0], station)}");
        }

        output.Flush();
    }

    /// <summary>The address to give to a program that pushes: <c>icecast://source:PASSWORD@HOST:8000/live</c>.</summary>
    /// <param name="http">The address of HTTP.</param>
    /// <param name="station">The station that takes the push.</param>
    public static string PushAddress(string http, string station) => $"icecast://source:PASSWORD@{new Uri(http).Authority}/{station}";

    private static string Format(string scheme, IPAddress address, int port, string path)
    {
        string host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "localhost" : address.ToString();
        return ZonedHost.UrlOf(scheme, host, port, path);
    }

    private static IPAddress[] OfThisMachine()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(static i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(static i => i.GetIPProperties().UnicastAddresses)
                .Select(static a => a.Address)];
        }
        catch (NetworkInformationException)
        {
            return []; // some sandboxes hide their interfaces
        }
    }
}
