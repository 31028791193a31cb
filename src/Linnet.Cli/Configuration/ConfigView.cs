using System.CommandLine;
using System.Globalization;
using Linnet.Sources;

namespace Linnet.Cli.Configuration;

/// <summary>Shows the settings in effect as a configuration file, with the place where each was set.</summary>
internal static class ConfigView
{
    // The origins begin here, or behind a longer value.
    private const int Column = 44;

    public static void Write(ServeConfiguration configuration, TextWriter output)
    {
        ServeSettings settings = configuration.Settings;
        output.WriteLine($"{ConfigKeys.Version} = {ConfigKeys.ThisVersion}");
        foreach (IGrouping<string, ConfigKey> table in ConfigKeys.All.GroupBy(static key => key.Table))
        {
            output.WriteLine();
            output.WriteLine($"[{table.Key}]");
            foreach (ConfigKey key in table)
            {
                WriteKey(key, settings.Find(key, key.Table), isDefaultShown: true, output);
            }

            WriteFileKeys(settings.Access.Values, table.Key, isDefaultShown: true, output);
        }

        foreach (string table in AccessKeys.Tables)
        {
            output.WriteLine();
            output.WriteLine($"[{table}]");
            WriteFileKeys(settings.Access.Values, table, isDefaultShown: true, output);
        }

        foreach ((string name, _, _) in settings.Stations)
        {
            string table = $"{ConfigKeys.Stations}.{name}";
            output.WriteLine();
            output.WriteLine($"[{table}]");
            foreach (string source in (string[])[ConfigKeys.Source, ConfigKeys.Fallback])
            {
                if (settings.FindSource(table, source) is { Value: string text } value)
                {
                    SourceSpec? spec = configuration.Sources.FirstOrDefault(s => s.Table == table).Source;
                    spec = source == ConfigKeys.Source ? spec : spec?.Fallback;
                    string shown = spec is { Kind: SourceKind.Path } ? spec.Location : Wire.ShownAddress.Of(text);
                    WriteLine($"{source} = {Toml.Quote(shown)}", $"{configuration.File!.Name}:{value.Line}", output);
                }
            }

            foreach (ConfigKey key in ConfigKeys.All.Where(static key => key.IsOfStation))
            {
                if (settings.Find(key, table) is { } setting && setting.Table == table)
                {
                    WriteKey(key, setting, isDefaultShown: false, output);
                }
            }

            WriteFileKeys(settings.Access.Values, table, isDefaultShown: false, output);
        }

        // As comments: without its secrets an account would be a mistake.
        foreach ((string name, string origin, _) in settings.Access.Accounts)
        {
            string table = $"{AccessKeys.Accounts}.{name}";
            output.WriteLine();
            WriteLine($"# [{table}]", origin, output);
            foreach (FileKey key in AccessKeys.All.Where(key => key.Table == AccessKeys.Accounts))
            {
                WriteFileKey(settings.Access.Values, key, table, isDefaultShown: false, "# ", output);
            }
        }
    }

    private static void WriteFileKeys(AccessValues access, string table, bool isDefaultShown, TextWriter output)
    {
        string of = ConfigKeys.StationIn(table) is null ? table : ConfigKeys.Defaults;

        // Without the address, which may have a password, the details of the hook would be a mistake.
        string mark = of == AccessKeys.Hooks ? "# " : "";
        foreach (FileKey key in AccessKeys.All.Where(key => key.Table == of))
        {
            WriteFileKey(access, key, table, isDefaultShown, mark, output);
        }
    }

    private static void WriteFileKey(
        AccessValues access, FileKey key, string table, bool isDefaultShown, string mark, TextWriter output)
    {
        if (access.Find(key, table) is var (value, origin))
        {
            bool isHidden = key.IsSecret && value.Key == key.Name;
            WriteLine(isHidden ? $"# {key.Name}: (hidden)" : $"{mark}{value.Key} = {Toml.Value(value.Value)}", origin, output);
        }
        else if (isDefaultShown)
        {
            output.WriteLine($"# {key.Name}: {key.Default}");
        }
    }

    private static void WriteKey(ConfigKey key, Setting? setting, bool isDefaultShown, TextWriter output)
    {
        if (setting is not null)
        {
            // What is shown may be saved and used: a word in the place of the password would become the password.
            WriteLine(setting.IsSecret ? $"# {key.Name}: (hidden)" : $"{key.Name} = {ValueOf(key, setting)}", setting.Origin, output);
        }
        else if (isDefaultShown)
        {
            output.WriteLine($"# {key.Name}: {ConfigExample.DefaultOf(key)}");
        }
    }

    private static void WriteLine(string text, string origin, TextWriter output) =>
        output.WriteLine($"{text.PadRight(Column)} # {origin}");

    private static string ValueOf(ConfigKey key, Setting setting) => key.Option switch
    {
        Option<bool> => setting.Words.Count > 0 ? "true" : "false",
        Option<string[]> => Toml.List(setting.Values),
        _ when key.IsList => Toml.List(setting.Values.SelectMany(static text => text.Split(','))),
        Option<int?> or Option<double?> when double.TryParse(setting.Values.First(), CultureInfo.InvariantCulture, out double number) =>
            number.ToString(CultureInfo.InvariantCulture),
        _ => Toml.Quote(setting.Values.First()),
    };
}
