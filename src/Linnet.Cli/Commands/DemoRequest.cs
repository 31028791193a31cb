using Linnet.Server.Hosting;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary>The options of <c>demo</c>.</summary>
/// <param name="Server">The server's addresses and limits.</param>
internal sealed record DemoRequest(StationServerOptions Server)
{
    /// <summary>How long to play; <see langword="null"/> for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The user to switch to; <see langword="null"/> to keep the current one.</summary>
    public string? User { get; init; }

    /// <summary>HTTP options; <see langword="null"/> if HTTP is off.</summary>
    public RadioHostOptions? Http { get; init; }

    /// <summary>Whether no other HTTP port may be used.</summary>
    public bool IsHttpPortNamed { get; init; }
}
