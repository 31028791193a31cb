namespace Linnet;

/// <summary>Options that know what is wrong with them.</summary>
public interface IValidatable
{
    /// <summary>All problems at once, as sentences a user can act on.</summary>
    IEnumerable<string> Problems();
}

/// <summary>Checks options where they are taken.</summary>
public static class Validatable
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
