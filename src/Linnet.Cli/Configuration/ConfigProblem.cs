namespace Linnet.Cli.Configuration;

/// <summary>A mistake in the configuration, in one sentence that says what to write instead.</summary>
/// <param name="Origin">The file and its line, or the name of a variable; <see langword="null"/>: the configuration as a whole.</param>
/// <param name="Line">The line in the file, from 1; 0: not in the file. Problems are listed in this order.</param>
/// <param name="Text">The sentence.</param>
internal sealed record ConfigProblem(string? Origin, int Line, string Text)
{
    /// <summary>Whether it concerns one station alone and may pass by itself: a disk that is away.</summary>
    public bool MayPass { get; init; }

    public override string ToString() => Origin is null ? Text : $"{Origin}: {Text}";
}
