namespace Linnet.Access;

/// <summary>Another service that is asked whether a client may listen or push.</summary>
public sealed record AccessHookOptions : IValidatable
{
    /// <summary>Where it is asked, by POST: an http or https URL.</summary>
    public required Uri Address { get; init; }

    /// <summary>How long an answer may take. 0.1–30 s; default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer is remembered for the same client and station; zero: not. At most an hour; default 60 s.</summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether a client is admitted if the service does not answer. Default <see langword="false"/>.</summary>
    public bool AdmitsOnFailure { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            Address is { IsAbsoluteUri: true } && (Address.Scheme == Uri.UriSchemeHttp || Address.Scheme == Uri.UriSchemeHttps),
            $"{nameof(Address)} must be an http or https URL.")
        .Between(Timeout, "100 ms", "30 s")
        .Between(CacheTime, "0", "1 h");

    /// <summary>The options, with no more of the address than the host: a part of it may be a key.</summary>
    public override string ToString() =>
        $"{nameof(AccessHookOptions)} {{ {Address.Scheme}://{Address.Authority}, {Timeout}, {CacheTime}, {AdmitsOnFailure} }}";
}
