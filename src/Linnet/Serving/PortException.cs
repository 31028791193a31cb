using System.Net.Sockets;

namespace Linnet.Serving;

/// <summary>A port of a server cannot be opened. The message is one sentence that says which, why and what to do.</summary>
public sealed class PortException : IOException
{
    /// <summary>An exception without a reason.</summary>
    public PortException()
        : this("A port cannot be opened.")
    {
    }

    /// <summary>An exception with a message for the user.</summary>
    public PortException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message for the user, and its cause.</summary>
    public PortException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The setting to change; <see langword="null"/>: none helps.</summary>
    public SettingAdvice? Advice { get; init; }

    internal static PortException Of(string what, string setting, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            new($"{what} is taken, perhaps by another Linnet; choose another.", e) { Advice = new(setting) },
        SocketError.AccessDenied => new($"{what} is for root alone; choose one above 1023.", e) { Advice = new(setting) },
        SocketError.TooManyOpenSockets => new(
            "This process may open no more files and sockets; raise that with ulimit -n, or LimitNOFILE= in a systemd unit.", e),
        SocketError.AddressNotAvailable => new("This machine has no such address; name one of its own.", e)
        {
            Advice = new($"{nameof(StationServerOptions)}.{nameof(StationServerOptions.Bind)}"),
        },
        _ => new($"{what} cannot be opened: {e.Message}; choose another.", e) { Advice = new(setting) },
    };
}
