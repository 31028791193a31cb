namespace Linnet.Native;

/// <summary>An output or input that Windows knows and that is switched on and plugged in.</summary>
/// <param name="Id">Windows' own name, such as <c>{0.0.0.00000000}.{guid}</c>. Never changes.</param>
/// <param name="Name">The name that Windows shows, such as <c>Speakers (Realtek Audio)</c>.</param>
/// <param name="Adapter">The name of the sound card.</param>
/// <param name="IsInput">Whether it is an input.</param>
/// <param name="IsDefault">Whether it is the default output or input.</param>
internal sealed record WasapiEndpoint(string Id, string Name, string Adapter, bool IsInput, bool IsDefault)
{
    /// <summary>
    /// Finds an endpoint by its ID, by its name, or by a part of the name that only one endpoint has. Letter case counts only if two names
    /// differ in nothing else.
    /// </summary>
    /// <param name="endpoints">All endpoints in one direction.</param>
    /// <param name="name">The name; <see langword="null"/> for the default endpoint.</param>
    /// <param name="others">The names that contain <paramref name="name"/>, if there is more than one.</param>
    /// <returns>The endpoint; <see langword="null"/> if there is none, or more than one.</returns>
    internal static WasapiEndpoint? Find(IReadOnlyList<WasapiEndpoint> endpoints, string? name, out string[] others)
    {
        others = [];
        if (name is null)
        {
            return endpoints.FirstOrDefault(static e => e.IsDefault);
        }

        if ((endpoints.FirstOrDefault(e => string.Equals(e.Id, name, StringComparison.OrdinalIgnoreCase))
                ?? endpoints.FirstOrDefault(e => e.Name == name)
                ?? endpoints.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase))) is { } exact)
        {
            return exact;
        }

        WasapiEndpoint[] holders = name.Length == 0 ? []
            : [.. endpoints.Where(e => e.Name.Contains(name, StringComparison.OrdinalIgnoreCase))];
        others = holders.Length > 1 ? [.. holders.Select(static e => e.Name)] : [];
        return holders is [var only] ? only : null;
    }

    /// <summary>The names for a user: endpoints that share a name are told apart by their IDs.</summary>
    internal static string NameIn(IReadOnlyList<WasapiEndpoint> endpoints, WasapiEndpoint endpoint) =>
        endpoints.Count(e => e.IsInput == endpoint.IsInput && e.Name == endpoint.Name) > 1 ? endpoint.Id : endpoint.Name;
}
