namespace Linnet.Codecs.Streams;

/// <summary>What kind of fault a stream has.</summary>
public enum StreamFault
{
    /// <summary>It is not what it says, or nothing that is known.</summary>
    NotSound,

    /// <summary>It is sound of a kind, or with numbers, that Linnet does not decode.</summary>
    Unsupported,

    /// <summary>A library or program that decodes it is not installed here, or does not work.</summary>
    Unavailable,

    /// <summary>The program that decodes it stopped, or does not keep up.</summary>
    Stalled,
}

/// <summary>Why a stream cannot be played.</summary>
/// <param name="Fault">The kind of it.</param>
/// <param name="Text">A sentence for people. Holds no text that the sender could have chosen.</param>
public sealed record StreamProblem(StreamFault Fault, string Text)
{
    /// <summary>What most texts begin with, and what a file's name can stand for.</summary>
    internal const string Subject = "The stream ";

    /// <inheritdoc/>
    public override string ToString() => Text;
}
