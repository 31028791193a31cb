namespace Linnet.Server.Endpoints;

/// <summary>Reads the configuration again.</summary>
internal delegate Task<ReloadAnswer> ReloadHandler(CancellationToken cancellationToken);

/// <summary>What the program that runs the server does for the API.</summary>
internal sealed class ApiCalls
{
    private volatile ReloadHandler? _reload;

    /// <summary>Reads the configuration again; <see langword="null"/>: there is no configuration that could be read again.</summary>
    internal ReloadHandler? Reload
    {
        get => _reload;
        set => _reload = value;
    }
}
