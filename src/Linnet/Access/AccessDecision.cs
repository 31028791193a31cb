namespace Linnet.Access;

/// <summary>The answer to an <see cref="AccessRequest"/>.</summary>
/// <param name="Verdict">Whether the client may do it.</param>
/// <param name="Account">The account; <see langword="null"/>: none, such as for a link or an open station.</param>
internal readonly record struct AccessDecision(AccessVerdict Verdict, Account? Account = null)
{
    /// <summary>Whether the client may do it.</summary>
    internal bool IsAllowed => Verdict is AccessVerdict.Allowed;

    /// <summary>The renditions that the client may hear; <see langword="null"/>: all.</summary>
    internal IReadOnlyList<string>? Renditions { get; init; }

    /// <summary>The stay that the asked service wants to be told the end of; <see langword="null"/>: none.</summary>
    internal HookVisit? Visit { get; init; }
}
