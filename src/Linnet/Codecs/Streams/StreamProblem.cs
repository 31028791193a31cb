namespace Linnet.Codecs.Streams;

/// <summary>The kind of problem of a stream.</summary>
internal enum StreamFault
{
    /// <summary>The stream is not what it claims to be, or of no known format.</summary>
    NotSound,

    /// <summary>The stream is sound in a format, or with parameters, that Linnet does not decode.</summary>
    Unsupported,

    /// <summary>A library or program needed to decode it is not installed or does not work.</summary>
    Unavailable,

    /// <summary>The program that decodes it stopped or cannot keep up.</summary>
    Stalled,
}

/// <summary>Why a stream cannot be played.</summary>
/// <param name="Fault">The kind of problem.</param>
/// <param name="Text">A sentence for the user. Contains no text that the sender could choose.</param>
internal sealed record StreamProblem(StreamFault Fault, string Text)
{
    /// <summary>The beginning of most texts; a file name can replace it.</summary>
    internal const string Subject = "The stream ";

    /// <summary>The stream is whole and well-formed, but holds no sound: no other decoder would find any.</summary>
    internal static StreamProblem NoAudio { get; } = new(StreamFault.NotSound, "The stream has no audio.");

    /// <inheritdoc/>
    public override string ToString() => Text;
}
