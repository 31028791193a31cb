using System.Net.Sockets;
using System.Security.Authentication;
using NATS.Client.Core;

namespace Linnet.Relay.Nats;

/// <summary>Says what to do where no connection to NATS can be made.</summary>
internal static class NatsProblem
{
    /// <summary>A sentence about why connecting failed.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="servers">The addresses, without passwords.</param>
    internal static string Of(Exception error, string servers)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case NatsServerException { IsAuthError: true }:
                    return Refused(servers);
                case AuthenticationException:
                    return $"The certificate of the NATS server at {servers} is not trusted: {cause.Message} "
                        + "Name the certificate of its authority in the options of the relay.";
                case TimeoutException:
                    return $"The server at {servers} does not answer as a NATS server. Check the address and the port.";
                case UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException:
                    return $"The credentials for NATS cannot be read: {cause.Message}";
                case SocketException:
                    return NoServer(servers);
            }
        }

        // The client names no cause where no server accepts a connection.
        return error.Message.StartsWith("can not connect", StringComparison.Ordinal)
            ? NoServer(servers)
            : $"The NATS server at {servers} cannot be used: {error.Message}";
    }

    /// <summary>The sentence for credentials that a server does not accept.</summary>
    internal static string Refused(string servers) =>
        $"The NATS server at {servers} refuses the user of the relay. Check the user and the password in the address, or the file with "
        + "the credentials.";

    private static string NoServer(string servers) => $"No NATS server answers at {servers}. Check the address, and that the server runs.";
}
