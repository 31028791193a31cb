using System.Collections.Concurrent;
using System.CommandLine;

namespace Linnet.Cli;

/// <summary>
/// Maps settings of the library to options of the command line. The library's messages name settings; this adds the options.
/// </summary>
internal static class SettingFlags
{
    // Filled while the commands are made, before anything runs.
    private static readonly ConcurrentDictionary<string, string> Flags = new();

    /// <summary>Maps the setting <paramref name="property"/> of <paramref name="type"/> to an option; two options may set it.</summary>
    public static TOption Sets<TOption>(this TOption option, string type, string property)
        where TOption : Option
    {
        Flags.AddOrUpdate(
            $"{type}.{property}", option.Name,
            (_, known) => known.Split(' ').Contains(option.Name) ? known : $"{known} or {option.Name}");
        return option;
    }

    /// <summary>The option, with its value if known; <see langword="null"/>: the setting has no option.</summary>
    public static string? Find(SettingAdvice? advice) =>
        advice is null || !Flags.TryGetValue(advice.Setting, out string? flag) ? null
        : advice.Value is null ? flag
        : $"{flag} {advice.Value}";

    /// <summary>The option that helps with <paramref name="exception"/>; <see langword="null"/>: none.</summary>
    public static string? Find(Exception? exception) => Find(exception switch
    {
        Serving.PortException port => port.Advice,
        Transports.TransportException transport => transport.Advice,
        _ => null,
    });

    /// <summary>The option that helps with the problem of a log event; <see langword="null"/>: none.</summary>
    public static string? Find(int eventId, Exception? exception) => eventId switch
    {
        742 => "--transport auto",
        1701 => "--push-takeover",
        _ => Find(exception),
    };
}
