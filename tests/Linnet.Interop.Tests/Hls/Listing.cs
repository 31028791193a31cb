using System.Globalization;

namespace Linnet.Interop.Tests.Hls;

/// <summary>A media playlist, read without code of the project.</summary>
/// <param name="First">The number of its first segment.</param>
/// <param name="Init">The address of the header of its segments; empty: they have none.</param>
/// <param name="Segments">The addresses of its segments.</param>
internal sealed record Listing(long First, Uri? Init, IReadOnlyList<Uri> Segments)
{
    /// <summary>The part of the addresses that changes with each start of the server.</summary>
    public string Start => Segments[0].Segments[^3].TrimEnd('/');

    /// <summary>Asks for one. Fails if it has no segment.</summary>
    public static async Task<Listing> OfAsync(HttpClient client, Uri address)
    {
        string text = await client.GetStringAsync(address, TestContext.Current.CancellationToken);
        Listing listing = Of(address, text);
        Assert.True(listing.Segments.Count > 0, text);
        return listing;
    }

    private static Listing Of(Uri address, string text)
    {
        var listing = new Listing(-1, null, []);
        const string Sequence = "#EXT-X-MEDIA-SEQUENCE:";
        const string Map = "#EXT-X-MAP:URI=\"";
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(Sequence, StringComparison.Ordinal))
            {
                listing = listing with { First = long.Parse(line[Sequence.Length..], CultureInfo.InvariantCulture) };
            }
            else if (line.StartsWith(Map, StringComparison.Ordinal))
            {
                listing = listing with { Init = new Uri(address, line[Map.Length..].Split('"')[0]) };
            }
            else if (line[0] != '#')
            {
                listing = listing with { Segments = [.. listing.Segments, new Uri(address, line)] };
            }
        }

        return listing;
    }
}
