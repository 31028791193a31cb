using System.CommandLine;
using Linnet.Cli.Help;
using Linnet.Transports.Http.Push;

namespace Linnet.Cli.Commands;

/// <summary>Options of stations that source clients push to. Pushing needs a password.</summary>
internal static class PushOptions
{
    /// <summary>The variable with the password if no option sets it: other users of the machine cannot see it there.</summary>
    public const string Variable = "LINNET_PUSH_PASSWORD";

    // A shorter one is guessed in spite of the delays for wrong passwords.
    private const int GoodPasswordLength = 8;

    // No real password is longer, and a wrong file may contain anything.
    private const int MaxPasswordLength = 1024;

    private static readonly PushServerOptions Defaults = new();

    internal static Option<string?> Password { get; } = Ask.Word(
        "--push-password", "PASSWORD",
        $"Password for pushing. Other users of this machine can see it: prefer {Variable} or --push-password-file.", $"{Variable}");

    internal static Option<string?> PasswordFile { get; } = Ask.Word(
        "--push-password-file", "FILE", "File whose first line is the password for pushing.", "none");

    internal static Option<bool> Takeover { get; } = Ask.Flag(
        "--push-takeover", "Let a new source client replace the one that is connected. Without it, the new one is refused.");

    internal static Option<double?> MaxBitRate { get; } = Ask.Number(
        "--push-max-bitrate", "KBPS", "Highest bit rate of a push, in kb/s.", "20000", Quantity.KilobitsPerSecond, 8, 1_000_000);

    internal static Option<double?> Silence { get; } = Ask.Number(
        "--push-silence", "SECONDS", "End a push that is silent for this long; the fallback plays.", "never", Quantity.Seconds, 1, 86_400);

    /// <summary>The help group of these options.</summary>
    public static OptionGroup Group => new("Push", [PasswordFile], [Password, Takeover, MaxBitRate, Silence]);

    /// <summary>Reads the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="shell">Receives a warning if the password is easily seen.</param>
    /// <exception cref="UsageException">The password is missing or unsuitable.</exception>
    public static PushServerOptions Read(ParseResult parsed, Shell shell)
    {
        PushServerOptions options = Defaults with
        {
            Password = ReadPassword(parsed, Password, PasswordFile, shell),
            TakesOver = parsed.GetValue(Takeover),
            MaxBitRate = parsed.GetValue(MaxBitRate) is { } kbps ? (int)(kbps * 1000) : Defaults.MaxBitRate,
            SilenceTime = parsed.GetValue(Silence) is { } seconds ? TimeSpan.FromSeconds(seconds) : Defaults.SilenceTime,
        };
        if (options.Password is { Length: >= PushServerOptions.MinPasswordLength and < GoodPasswordLength })
        {
            shell.Say($"The password for pushing is short and can be guessed: use at least {GoodPasswordLength} characters.");
        }

        return options.Problems().FirstOrDefault() is not { } problem ? options
            : throw new UsageException(options.Password is { Length: > 0 and < PushServerOptions.MinPasswordLength }
                ? $"The password of {(parsed.GetValue(Password) is null ? PasswordFile : Password).Name} must have at least "
                    + $"{PushServerOptions.MinPasswordLength} characters."
                : problem);
    }

    /// <summary>Warns if the password is on the command line.</summary>
    public static void WarnIfSeen(ParseResult flags, Shell shell)
    {
        if (flags.GetResult(Password) is { Implicit: false })
        {
            shell.Say($"Other users of this machine can see {Password.Name} with ps; {Variable} or {PasswordFile.Name} hides it.");
        }
    }

    /// <summary>Reads a password; <see langword="null"/>: no option sets it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="direct">The option with the password itself.</param>
    /// <param name="inFile">The option with its file.</param>
    /// <param name="shell">Receives a warning if others can read the file.</param>
    /// <exception cref="UsageException">Both are given, or the file cannot be read.</exception>
    internal static string? ReadPassword(ParseResult parsed, Option<string?> direct, Option<string?> inFile, Shell shell)
    {
        string? password = parsed.GetValue(direct);
        string? file = parsed.GetValue(inFile);
        if (password is not null)
        {
            if (file is not null)
            {
                throw new UsageException($"{direct.Name} and {inFile.Name} both set the password: use only one of them.");
            }

            return password;
        }

        return file is null ? null : ReadFile(file, inFile, shell);
    }

    private static string ReadFile(string path, Option option, Shell shell)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            Judge(ModeOf(file), path, shell);
            using var reader = new StreamReader(file);
            char[] start = new char[MaxPasswordLength];
            string line = new string(start, 0, reader.ReadBlock(start)).Split('\n')[0].Trim();
            return line.Length > 0 ? line : throw new UsageException($"The first line of {path} is empty: it must be the password.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(e is FileNotFoundException or DirectoryNotFoundException
                ? $"There is no password file '{path}'; check {option.Name}."
                : $"The password cannot be read: {e.Message}");
        }
    }

    /// <summary>Warns if all users may read or change a file with a password. A group may: it can be that of Linnet's user.</summary>
    /// <param name="mode">The file's mode; <see langword="null"/>: this system has none.</param>
    /// <param name="path">The file.</param>
    /// <param name="shell">Receives the warning.</param>
    internal static void Judge(UnixFileMode? mode, string path, Shell shell)
    {
        if (mode is { } all && (all & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            shell.Say($"Every user of this machine can {((all & UnixFileMode.OtherRead) != 0 ? "read" : "change")} the password in "
                + $"{path} (mode {Convert.ToString((int)all, 8)}). Change that with: chmod 600 {path}");
        }
    }

    /// <summary>The mode of an open file; <see langword="null"/>: this system has none.</summary>
    internal static UnixFileMode? ModeOf(FileStream file) =>
        OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(file.SafeFileHandle);
}
