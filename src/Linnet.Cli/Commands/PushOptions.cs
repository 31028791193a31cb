using System.CommandLine;
using Linnet.Transports.Http.Push;

namespace Linnet.Cli.Commands;

/// <summary>Options of stations that others push to. Without a password nobody may.</summary>
internal static class PushOptions
{
    /// <summary>Where the password is looked for when no option names it: other users of the machine cannot see it there.</summary>
    public const string Variable = "LINNET_PUSH_PASSWORD";

    // Nobody's password is longer, and a wrong file may be anything.
    private const int MaxPasswordLength = 1024;

    private static readonly PushServerOptions Defaults = new();

    private static readonly Option<string?> Password = Ask.Word(
        "--push-password", "PASSWORD",
        $"Who knows it may push to stations that take a push. Better in {Variable} or a file: others on this machine see command lines.");

    private static readonly Option<string?> PasswordFile =
        Ask.Word("--push-password-file", "FILE", "The password is the first line of this file.");

    private static readonly Option<bool> Takeover =
        Ask.Flag("--push-takeover", "A new pusher takes a station over from the one that is there, instead of being refused.");

    private static readonly Option<double?> MaxBitRate = Ask.Number(
        "--push-max-bitrate", "KBPS", "The most a pusher may send, in kb/s. Default 20000.", Quantity.KilobitsPerSecond, 8, 1_000_000);

    private static readonly Option<double?> Silence = Ask.Number(
        "--push-silence", "SECONDS", "A push that is silent for so long is ended, and the fallback is heard. Default: it may be.",
        Quantity.Seconds, 1, 86_400);

    public static void AddTo(Command command)
    {
        command.Options.Add(Password);
        command.Options.Add(PasswordFile);
        command.Options.Add(Takeover);
        command.Options.Add(MaxBitRate);
        command.Options.Add(Silence);
    }

    /// <summary>What is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="shell">Is told where a password is easily seen.</param>
    /// <exception cref="UsageException">There is no password where one was promised, or a poor one.</exception>
    public static PushServerOptions Read(ParseResult parsed, Shell shell)
    {
        PushServerOptions options = Defaults with
        {
            Password = ReadPassword(parsed, shell),
            TakesOver = parsed.GetValue(Takeover),
            MaxBitRate = parsed.GetValue(MaxBitRate) is { } kbps ? (int)(kbps * 1000) : Defaults.MaxBitRate,
            SilenceTime = parsed.GetValue(Silence) is { } seconds ? TimeSpan.FromSeconds(seconds) : Defaults.SilenceTime,
        };
        return options.Problems().FirstOrDefault() is { } problem ? throw new UsageException(problem) : options;
    }

    private static string? ReadPassword(ParseResult parsed, Shell shell)
    {
        string? password = parsed.GetValue(Password);
        string? file = parsed.GetValue(PasswordFile);
        if (password is not null)
        {
            if (file is not null)
            {
                throw new UsageException($"{Password.Name} and {PasswordFile.Name} both name the password: leave one out.");
            }

            shell.Say($"Other users of this machine can see {Password.Name} with ps; {Variable} or {PasswordFile.Name} hides it.");
            return password;
        }

        return file is null ? Environment.GetEnvironmentVariable(Variable) : ReadFile(file, shell);
    }

    private static string ReadFile(string path, Shell shell)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            Judge(file, path, shell);
            using var reader = new StreamReader(file);
            char[] start = new char[MaxPasswordLength];
            string line = new string(start, 0, reader.ReadBlock(start)).Split('\n')[0].Trim();
            return line.Length > 0 ? line : throw new UsageException($"The first line of {path} is empty: it must be the password.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(e is FileNotFoundException or DirectoryNotFoundException
                ? $"There is no password file '{path}'; check {PasswordFile.Name}."
                : $"The password cannot be read: {e.Message}");
        }
    }

    /// <summary>A group may be meant to read it, as that of the user Linnet runs as; everybody is not.</summary>
    private static void Judge(FileStream file, string path, Shell shell)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        if ((mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            shell.Say($"Everybody on this machine can {((mode & UnixFileMode.OtherRead) != 0 ? "read" : "change")} the password in "
                + $"{path} (mode {Convert.ToString((int)mode, 8)}). Change that with: chmod 600 {path}");
        }
    }
}
