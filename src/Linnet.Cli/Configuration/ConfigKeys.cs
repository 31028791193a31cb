using System.CommandLine;
using System.Text.RegularExpressions;
using Linnet.Cli.Commands;

namespace Linnet.Cli.Configuration;

/// <summary>All keys of the configuration file, in the order in which the documentation lists them.</summary>
internal static partial class ConfigKeys
{
    /// <summary>The table of the keys that each station may also have for itself.</summary>
    public const string Defaults = "defaults";

    /// <summary>The table with a table for each station.</summary>
    public const string Stations = "stations";

    /// <summary>The key for the version of the file's format, at the top.</summary>
    public const string Version = "version";

    /// <summary>The version that this program writes and reads.</summary>
    public const int ThisVersion = 1;

    /// <summary>The source of a station.</summary>
    public const string Source = "source";

    /// <summary>What a station plays while it has no sender.</summary>
    public const string Fallback = "fallback";

    /// <summary>The keys, except those of a station that no option sets by itself.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new("server", "bind", NetworkOptions.Bind, "\"192.168.1.5\""),
        new("server", "user", NetworkOptions.User, "\"linnet\""),
        new("server", "stats", ServeCommand.Stats, "\"json\""),
        new("server", "trusted-proxies", NetworkOptions.TrustedProxy, "[\"127.0.0.1\", \"10.0.0.0/24\"]"),
        new("server", "max-listeners", NetworkOptions.MaxListeners, "5000") { IsLive = true },
        new("server", "max-per-address", NetworkOptions.MaxPerAddress, "500") { IsLive = true },
        new("server", "max-bitrate", NetworkOptions.MaxBitRate, "\"900M\"") { IsLive = true },
        new("http", "port", RadioOptions.HttpPort, "8000"),
        new("http", "https-port", RadioOptions.HttpsPort, "8443"),
        new("http", "https-redirect", TlsOptions.Redirect, "\"on\""),
        new("http", "burst", RadioOptions.Burst, "2"),
        new("http", "max-per-station", RadioOptions.MaxPerStation, "5000") { IsLive = true },
        new("http", "max-buffer", RadioOptions.MaxBuffer, "256"),
        new("http", "hls", RadioOptions.HlsMode, "\"always\""),
        new("http", "hls-segment", RadioOptions.HlsSegment, "4"),
        new("http", "metrics-allow", RadioOptions.MetricsAllow, "[\"192.168.1.0/24\"]") { IsLive = true },
        new("rtsp", "port", NetworkOptions.RtspPort, "8554"),
        new("rtsp", "rtsps-port", TlsOptions.RtspsPort, "8322"),
        new("rtsp", "rtp-port", NetworkOptions.RtpPort, "8556"),
        new("rtsp", "max-lag", NetworkOptions.MaxLag, "3"),
        new("rtsp", "stall-time", NetworkOptions.StallTime, "10"),
        new("rtsp", "idle-time", NetworkOptions.IdleTime, "60"),
        new("tls", "certificate", TlsOptions.Certificate, "\"/etc/letsencrypt/live/radio.example/fullchain.pem\"")
        {
            IsPath = true,
            NoPath = TlsOptions.SelfSigned,
        },
        new("tls", "key", TlsOptions.Key, "\"/etc/letsencrypt/live/radio.example/privkey.pem\"") { IsPath = true },
        new("tls", "password", TlsOptions.Password, "\"hackme\"") { Alternative = TlsOptions.PasswordFile, IsSecret = true },
        new("tls", "password-file", TlsOptions.PasswordFile, "\"tls-password\"") { Alternative = TlsOptions.Password, IsPath = true },
        new("tls", "names", TlsOptions.Name, "[\"radio.example\"]"),
        new("tls", "state-folder", TlsOptions.Folder, "\"/var/lib/linnet\"") { IsPath = true },
        new("push", "password", PushOptions.Password, "\"hackme\"")
        {
            Alternative = PushOptions.PasswordFile, IsSecret = true, IsLive = true,
        },
        new("push", "password-file", PushOptions.PasswordFile, "\"push-password\"")
        {
            Alternative = PushOptions.Password, IsPath = true, IsLive = true,
        },
        new("push", "takeover", PushOptions.Takeover, "true") { IsLive = true },
        new("push", "max-bitrate", PushOptions.MaxBitRate, "20000") { IsLive = true },
        new("push", "silence", PushOptions.Silence, "30") { IsLive = true },
        new("pyaudio", "enabled", PyAudioOptions.IsOn, "true"),
        new("pyaudio", "station", PyAudioOptions.Station, "\"jazz\""),
        new("pyaudio", "tcp-port", PyAudioOptions.TcpPort, "9610"),
        new("pyaudio", "udp-port", PyAudioOptions.UdpPort, "9633"),
        new("pyaudio", "allow", PyAudioOptions.Allow, "[\"203.0.113.0/24\"]"),
        new("pyaudio", "datagram", PyAudioOptions.DatagramLength, "16384"),
        new("pyaudio", "lease", PyAudioOptions.Lease, "3600"),
        new("relay", "url", RelayArguments.Servers, "\"nats://nats.example:4222\"") { IsSecret = true, IsAddress = true },
        new("relay", "node", RelayArguments.Node, "\"radio1\""),
        new("relay", "delay", RelayArguments.Delay, "\"3s/100ms\""),
        new("relay", "fallback", RelayArguments.Fallback, "\"tone\"") { IsPath = true, NoPath = "tone" },
        new("relay", "public-url", RelayArguments.PublicUrl, "[\"https://radio1.example/\", \"rtsp://radio1.example/\"]"),
        new("relay", "creds", RelayArguments.Credentials, "\"relay.creds\"") { Alternative = RelayArguments.NKey, IsPath = true },
        new("relay", "nkey", RelayArguments.NKey, "\"relay.nk\"") { Alternative = RelayArguments.Credentials, IsPath = true },
        new("relay", "ca", RelayArguments.Authority, "\"nats-ca.pem\"") { IsPath = true },
        new("relay", "replicas", RelayArguments.Replicas, "1"),
        new(Defaults, "live", ServeCommand.Live, "true"),
        new(Defaults, "once", ServeCommand.Once, "true"),
        new(Defaults, "shuffle", ServeCommand.Shuffle, "true"),
        new(Defaults, "raw", ServeCommand.Raw, "\"s16le:48000:2\""),
        new(Defaults, "art-url", ServeCommand.ArtUrl, "\"https://radio.example/logo.png\""),
        new(Defaults, "no-art", ServeCommand.NoArt, "true"),
        new(Defaults, "tls-ca", TrustOptions.Authorities, "\"studio-ca.pem\"") { Alternative = TrustOptions.Fingerprint, IsPath = true },
        new(
            Defaults, "tls-fingerprint", TrustOptions.Fingerprint,
            "\"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35\"") { Alternative = TrustOptions.Authorities },
        new(Defaults, "streams", RadioOptions.Streams, "[\"mp3\", \"mp3-64\", \"opus\", \"opus-64\", \"flac\", \"wav\", \"aac\"]")
        {
            IsList = true,
        },
        new(Defaults, "mp3-bitrate", RadioOptions.Mp3BitRate, "128"),
        new(Defaults, "aac-bitrate", RadioOptions.AacBitRate, "128"),
        new(Defaults, "opus-bitrate", ServeCommand.BitRate, "128"),
        new(Defaults, "opus-complexity", ServeCommand.Complexity, "10"),
        new(Defaults, "loudness", ServeCommand.Loudness, "true"),
        new(Defaults, "loudness-all", ServeCommand.LoudnessAll, "true"),
    ];

    /// <summary>The tables except those of stations and accounts.</summary>
    public static IEnumerable<string> Tables => All.Select(static key => key.Table).Distinct().Concat(AccessKeys.Tables);

    /// <summary>The key that switches off what a table is about; <see langword="null"/>: it cannot be switched off.</summary>
    public static ConfigKey? SwitchOf(string table) =>
        All.FirstOrDefault(key => key.Table == table && (key.Option == RadioOptions.HttpPort || key.Option == PyAudioOptions.IsOn));

    /// <summary>The key, as it is written in a table; <see langword="null"/>: there is none.</summary>
    public static ConfigKey? Find(string table, string name) =>
        All.FirstOrDefault(key => key.Table == TableOf(table) && key.Name == name);

    /// <summary>The valid names in a table.</summary>
    public static IEnumerable<string> NamesIn(string table) =>
        [.. table.Length == 0 ? [Version] : StationIn(table) is null ? [] : (string[])[Source, Fallback],
            .. All.Where(key => key.Table == TableOf(table)).Select(static key => key.Name), .. AccessKeys.NamesIn(table)];

    /// <summary>The station whose table this is; <see langword="null"/>: it is another table.</summary>
    public static string? StationIn(string table) =>
        table.StartsWith(Stations + ".", StringComparison.Ordinal) ? table[(Stations.Length + 1)..] : null;

    /// <summary>Names the keys, not the options, in a sentence about options.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="table">The table that it is about, for the keys of stations.</param>
    public static string Reword(string sentence, string table) => OptionName().Replace(sentence, match =>
        All.FirstOrDefault(key => key.Option.Name == match.Value) is { } key
            ? key.IsOfStation ? $"{table}.{key.Name}" : key.Path
            : match.Value == ServeCommand.Fallback.Name ? $"{table}.{Fallback}"
            : match.Value);

    /// <summary>The options that a sentence names, in that order.</summary>
    public static IEnumerable<string> OptionsIn(string sentence) => OptionName().Matches(sentence).Select(static match => match.Value);

    private static string TableOf(string table) => StationIn(table) is null ? table : Defaults;

    [GeneratedRegex("(?<![\\w-])--[a-z0-9]+(-[a-z0-9]+)*")]
    private static partial Regex OptionName();
}
