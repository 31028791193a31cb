namespace Linnet.Cli;

/// <summary>The command line parsed, but its values are invalid. The message is one sentence that says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
