namespace Linnet.Diagnostics;

/// <summary>Makes sentences of messages, which may end with a full stop, with a question mark or with nothing.</summary>
internal static class Sentence
{
    /// <summary>The text with one mark at its end.</summary>
    internal static string Of(string text)
    {
        text = text.TrimEnd();
        return text is [.., '.' or '!' or '?'] ? text : $"{text}.";
    }
}
