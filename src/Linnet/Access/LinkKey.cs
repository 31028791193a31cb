using Linnet.Sources;

namespace Linnet.Access;

/// <summary>A key that signs links.</summary>
/// <param name="Id">Which key it is, in each link: 1–16 letters and digits.</param>
/// <param name="Secret">At least 16 random bytes.</param>
public sealed record LinkKey(string Id, ReadOnlyMemory<byte> Secret) : IValidatable
{
    /// <summary>The least bytes of <see cref="Secret"/>.</summary>
    internal const int MinSecret = 16;

    /// <summary>Makes a signed link: a path that goes before the path of a station, <c>/~TOKEN</c> before <c>/jazz.mp3</c>.</summary>
    /// <param name="station">The station that the link is for.</param>
    /// <param name="expires">When the link expires, to the second. Those who listen then go on.</param>
    /// <param name="renditions">The renditions that the link is for, such as <c>mp3</c>; none: all.</param>
    /// <exception cref="ArgumentException">A name holds other characters than a–z, 0–9 and <c>-</c>, or there are too many.</exception>
    public string Sign(string station, DateTimeOffset expires, params IReadOnlyCollection<string> renditions)
    {
        ArgumentNullException.ThrowIfNull(station);
        ArgumentNullException.ThrowIfNull(renditions);
        this.ThrowIfInvalid();
        string[] sorted = [.. renditions.Distinct().Order(StringComparer.Ordinal)];
        if (sorted.Append(station).FirstOrDefault(static name => !StationName.IsValid(name)) is string name)
        {
            throw new ArgumentException($"'{name}' is no name of a station or rendition: use a–z, 0–9 and -.");
        }

        string token = new SignedLink(Id, expires.ToUnixTimeSeconds(), station, sorted).Sign(Secret.Span);
        return token.Length <= SignedLink.MaxLength ? $"/{SignedLink.Mark}{token}"
            : throw new ArgumentException("The link is too long: name fewer renditions.", nameof(renditions));
    }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            Id is { Length: >= 1 and <= 16 } && Id.All(char.IsAsciiLetterOrDigit),
            $"The identifier of a link key must be 1 to 16 letters and digits, not '{Id}'.")
        .Require(Secret.Length >= MinSecret, $"The link key {Id} must have at least {MinSecret} bytes.");

    /// <summary>The identifier alone.</summary>
    public override string ToString() => Id;
}
