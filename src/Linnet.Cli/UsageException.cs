namespace Linnet.Cli;

/// <summary>The command line or the configuration can be read, but what it says is wrong.</summary>
/// <param name="sentences">Each is one mistake and says what to write instead.</param>
internal sealed class UsageException(params IReadOnlyList<string> sentences) : Exception(string.Join(' ', sentences))
{
    /// <summary>The mistakes.</summary>
    public IReadOnlyList<string> Sentences => sentences;
}
