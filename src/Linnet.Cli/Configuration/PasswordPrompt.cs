using System.Text;
using Linnet.Server;

namespace Linnet.Cli.Configuration;

/// <summary>Asks for a new password: twice and without echo at a terminal, as one line from a pipe.</summary>
internal static class PasswordPrompt
{
    /// <summary>The shortest password of an account.</summary>
    public const int MinLength = 8;

    /// <exception cref="UsageException">The password does not do, or the two differ.</exception>
    public static async Task<string> AskAsync(string name, Shell shell, CancellationToken cancellationToken)
    {
        string password = await ReadAsync($"Password of {name}: ", shell, cancellationToken);
        if (password.Length is < MinLength or > AccountPasswords.MaxLength)
        {
            throw new UsageException($"The password must have at least {MinLength} characters, and at most {AccountPasswords.MaxLength}.");
        }

        return !shell.HasKeys || await ReadAsync("The same again: ", shell, cancellationToken) == password ? password
            : throw new UsageException("The two passwords differ, so nothing was changed.");
    }

    // On another thread: a console's read cannot be cancelled.
    private static Task<string> ReadAsync(string prompt, Shell shell, CancellationToken cancellationToken)
    {
        if (!shell.HasKeys)
        {
            return Task.Run(() => ReadLine(shell.In), CancellationToken.None).WaitAsync(cancellationToken);
        }

        return Task.Run(
            () =>
            {
                // From here on the terminal shows no keys, not even those that are typed early.
                _ = Console.KeyAvailable;
                shell.Error.Write(prompt);
                shell.Error.Flush();
                string line = ReadKeys();
                shell.Error.WriteLine();
                return line;
            },
            CancellationToken.None).WaitAsync(cancellationToken);
    }

    private static string ReadLine(TextReader input)
    {
        var line = new StringBuilder();
        while (line.Length <= AccountPasswords.MaxLength && input.Read() is >= 0 and not '\n' and var c)
        {
            line.Append((char)c);
        }

        return line.ToString().TrimEnd('\r');
    }

    private static string ReadKeys()
    {
        var line = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                line.Length = Math.Max(0, line.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar) && line.Length <= AccountPasswords.MaxLength)
            {
                line.Append(key.KeyChar);
            }
        }

        return line.ToString();
    }
}
