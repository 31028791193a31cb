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

    /// <summary>What to tell the user when a port cannot be opened.</summary>
    /// <param name="what">The port, such as <c>UDP port 9633</c>.</param>
    /// <param name="setting">The setting that changes it, as <see cref="SettingAdvice.Setting"/> has it.</param>
    /// <param name="e">The failure.</param>
    /// <param name="bind">The setting of the address; default <see cref="StationServerOptions.Bind"/>.</param>
    /// <param name="taken">What to do if another program has it.</param>
    /// <param name="off">The setting's value without the port, if the port may be left out.</param>
    internal static PortException Of(
        string what, string setting, SocketException e, string? bind = null,
        string taken = "perhaps by another Linnet; choose another", string? off = null)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new($"{what} is taken, {taken}.", e) { Advice = new(setting, off) },
            SocketError.AccessDenied => new(
                OperatingSystem.IsWindows()
                    ? $"{what} is not given by Windows: another program holds it, or it is reserved; choose another."
                    : $"{what} is for root alone; choose one above 1023.",
                e)
            {
                Advice = new(setting),
            },
            SocketError.TooManyOpenSockets => new(
                "This process may open no more files and sockets; raise that with ulimit -n, or LimitNOFILE= in a systemd unit.", e),
            SocketError.AddressNotAvailable => new("This machine has no such address; name one of its own.", e)
            {
                Advice = new(bind ?? $"{nameof(StationServerOptions)}.{nameof(StationServerOptions.Bind)}"),
            },
            _ => new($"{what} cannot be opened: {e.Message}; choose another.", e) { Advice = new(setting) },
        };
    }
}
