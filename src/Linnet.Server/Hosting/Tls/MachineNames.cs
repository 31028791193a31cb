using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography.X509Certificates;

namespace Linnet.Server.Hosting.Tls;

/// <summary>The names and addresses at which clients reach this machine.</summary>
/// <param name="Names">The names; the first is the one to show.</param>
/// <param name="Addresses">The addresses.</param>
internal sealed record MachineNames(IReadOnlyList<string> Names, IReadOnlyList<IPAddress> Addresses)
{
    private const string Localhost = "localhost";

    // A machine with many containers has many; a certificate must not grow without limit.
    private const int MaxAddresses = 64;

    /// <summary>The name of this machine, without a domain.</summary>
    internal static string Host => Dns.GetHostName().Split('.')[0] is { Length: > 0 } name && IsName(name) ? name : Localhost;

    /// <summary>The first name.</summary>
    internal string First => Names[0];

    /// <summary>Reads them from the system.</summary>
    internal static MachineNames Read()
    {
        string full = Dns.GetHostName();
        string[] names = [Host, full, $"{Host}.local", Localhost];
        return new MachineNames(
            [.. names.Where(IsName).Distinct(StringComparer.OrdinalIgnoreCase)],
            [.. ReadAddresses().Prepend(IPAddress.IPv6Loopback).Prepend(IPAddress.Loopback).Distinct().Take(MaxAddresses)]);
    }

    /// <summary>The same with others.</summary>
    /// <param name="others">Names and addresses for which <see cref="IsNameOrAddress"/> holds.</param>
    internal MachineNames With(IReadOnlyList<string> others)
    {
        ILookup<bool, string> byKind = others.ToLookup(static other => IPAddress.TryParse(other, out _));
        return new MachineNames(
            [.. Names.Concat(byKind[false]).Distinct(StringComparer.OrdinalIgnoreCase)],
            [.. Addresses.Concat(byKind[true].Select(IPAddress.Parse)).Distinct()]);
    }

    /// <summary>Whether a text is a name or an address that a certificate can have. The first part of a name may be <c>*</c>.</summary>
    internal static bool IsNameOrAddress(string text) =>
        IPAddress.TryParse(text, out _) || IsName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text);

    /// <summary>Whether a certificate has all of them.</summary>
    internal bool AreIn(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension[] all = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()];
        return Names.All(all.SelectMany(static e => e.EnumerateDnsNames()).ToHashSet(StringComparer.OrdinalIgnoreCase).Contains)
            && Addresses.All(all.SelectMany(static e => e.EnumerateIPAddresses()).ToHashSet().Contains);
    }

    /// <summary>The extension of a certificate with them.</summary>
    internal X509Extension ToExtension()
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (string name in Names)
        {
            builder.AddDnsName(name);
        }

        foreach (IPAddress address in Addresses)
        {
            builder.AddIpAddress(address);
        }

        return builder.Build();
    }

    private static IEnumerable<IPAddress> ReadAddresses()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(static i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(static i => i.GetIPProperties().UnicastAddresses)
                    .Select(static a => a.Address)
                    .Where(static a => !a.IsIPv6LinkLocal && !IPAddress.IsLoopback(a)),
            ];
        }
        catch (NetworkInformationException)
        {
            // Some sandboxes hide their interfaces.
            return [];
        }
    }

    private static bool IsName(string name) =>
        Uri.CheckHostName(name) == UriHostNameType.Dns && name.All(static c => c is '-' or '.' || char.IsAsciiLetterOrDigit(c));
}
