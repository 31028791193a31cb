namespace Linnet.Broadcast;

/// <summary>Another server that has the same stations, as it last described itself.</summary>
/// <param name="Name">Its name, which no other server has.</param>
/// <param name="Load">What it has to do.</param>
internal sealed record OtherNode(string Name, NodeLoad Load)
{
    /// <summary>
    /// Where its listeners reach it over HTTP, such as <c>https://radio2.example/</c>; <see langword="null"/>: it did not say.
    /// </summary>
    public Uri? Http { get; init; }

    /// <summary>Where its listeners reach it over RTSP; <see langword="null"/>: it did not say.</summary>
    public Uri? Rtsp { get; init; }

    /// <summary>Its stations, and by rendition how many listeners each has there. A rendition without listeners may be missing.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Stations { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, int>>();
}
