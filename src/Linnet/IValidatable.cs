namespace Linnet;

/// <summary>Options that can validate themselves.</summary>
public interface IValidatable
{
    /// <summary>All problems, as sentences that tell a user what to change.</summary>
    IEnumerable<string> Problems();
}

/// <summary>Validates options.</summary>
internal static class Validatable
{
    /// <summary>Throws if <paramref name="options"/> has problems.</summary>
    /// <exception cref="ArgumentException">The message lists all problems.</exception>
    public static T ThrowIfInvalid<T>(this T options)
        where T : IValidatable
    {
        string problems = string.Join(' ', options.Problems());
        return problems.Length == 0 ? options : throw new ArgumentException(problems, nameof(options));
    }
}
