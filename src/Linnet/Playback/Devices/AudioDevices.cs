using System.Runtime.Versioning;
using Linnet.Native;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Playback.Devices;

/// <summary>Finds devices by the names that users give them.</summary>
public static class AudioDevices
{
    private const string Pulse = "pulse";
    private const string Alsa = "alsa";
    private const string Wasapi = "wasapi";
    private const string PortAudio = "portaudio";

    private static readonly string NoDefault =
        $"There is no sound device to play on; {Remedy}, or choose another output: FILE.wav, - (standard output) or null.";

    /// <summary>What a user can do on a machine without sound devices: the middle of a sentence.</summary>
    internal static string Remedy => OperatingSystem.IsLinux()
        ? "start PulseAudio or PipeWire"
        : "plug one in or switch it on in the sound settings";

    /// <summary>Creates the device with the given name. Opens nothing yet.</summary>
    /// <param name="output">
    /// <see langword="null"/> or <c>default</c>: the default output of PulseAudio or PipeWire, otherwise of ALSA; on Windows and macOS, the
    /// system's. <c>null</c>: no output. <c>-</c>: a WAV on standard output. A name that ends in <c>.wav</c>: that file. Anything else: a
    /// name from <see cref="ListAsync"/>, optionally after <c>pulse:</c>, <c>alsa:</c> or <c>portaudio:</c>, on Windows after
    /// <c>wasapi:</c>. On Windows a part of a name is enough if only one output has it.
    /// </param>
    /// <param name="time">The clock for playback.</param>
    /// <param name="latency">From request to playback, 5 ms to 2 s; <see langword="null"/> for the default. Ignored for files.</param>
    /// <param name="bitDepth">For a file or a pipe: significant bits of the integer PCM to be written, or 0. Can also be set
    /// later.</param>
    /// <param name="server">The PulseAudio server; <see langword="null"/> for the user's own.</param>
    public static IAudioDevice Create(
        string? output, TimeProvider time, TimeSpan? latency = null, int bitDepth = 0, string? server = null) => output switch
        {
            null or "" or "default" => new FirstDevice("default", NoDefault, Candidates(null, time, latency, server)),
            "null" => new NullDevice(time),
            "-" => new PipeDevice("standard output", OpenStandardOutput(), time, bitDepth),
            _ when output.EndsWith(".wav", StringComparison.OrdinalIgnoreCase) => new WavFileDevice(output, time, bitDepth),
            _ when OperatingSystem.IsWindows() => Named(
                output, time, latency, server,
                new WasapiDevice(TryTake(output, Wasapi, out string name) ? name : output, time, latency)),
            _ when TryTake(output, Pulse, out string name) =>
                Named(output, time, latency, server, new PulseDevice(name, time, latency, server)),
            _ when TryTake(output, Alsa, out string name) => Named(output, time, latency, server, new AlsaDevice(name, time, latency)),
            _ when TryTake(output, PortAudio, out string name) =>
                Named(output, time, latency, server, new PortAudioDevice(name.Length > 0 ? name : null, time, latency)),
            _ => Named(output, time, latency, server, Candidates(output, time, latency, server)),
        };

    /// <summary>Lists all outputs and inputs, outputs first. Returns within seconds even if a sound server has hung.</summary>
    /// <param name="time">The clock for the timeouts.</param>
    /// <param name="server">The PulseAudio server; <see langword="null"/> for the user's own.</param>
    /// <param name="cancellationToken">Cancels the waits.</param>
    /// <returns>
    /// The sound server's devices; without a sound server, ALSA's; on macOS, those of PortAudio. On Windows its own; the sound of an output
    /// counts as an input. Empty on a machine without audio.
    /// </returns>
    public static Task<IReadOnlyList<AudioDeviceInfo>> ListAsync(
        TimeProvider time, string? server = null, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            if (OperatingSystem.IsWindows())
            {
                return ListWasapi();
            }

            if (OperatingSystem.IsMacOS())
            {
                return ListPortAudio();
            }

            try
            {
                return ListPulse(time, server, cancellationToken);
            }
            catch (Exception e) when (e is IOException or DllNotFoundException)
            {
                return ListAlsa();
            }
        },
        cancellationToken);

    /// <summary>Lists PortAudio's devices. Empty if it is not installed.</summary>
    internal static IReadOnlyList<AudioDeviceInfo> ListPortAudio()
    {
        try
        {
            return [.. Listed(isInput: false), .. Listed(isInput: true)];
        }
        catch (Exception e) when (e is IOException or DllNotFoundException)
        {
            return [];
        }

        static IEnumerable<AudioDeviceInfo> Listed(bool isInput) => PortAudioLibrary.List(isInput)
            .Select(d => new AudioDeviceInfo(d.Name, $"{d.Channels} channels, {d.SampleRate} Hz", PortAudio, isInput, d.IsDefault));
    }

    // The devices of that name, or the default ones, best first.
    private static IAudioDevice[] Candidates(string? name, TimeProvider time, TimeSpan? latency, string? server) =>
        OperatingSystem.IsWindows() ? [new WasapiDevice(name, time, latency)]
        : OperatingSystem.IsMacOS() ? [new PortAudioDevice(name, time, latency)]
        : [new PulseDevice(name, time, latency, server), new AlsaDevice(name ?? "default", time, latency)];

    // If headphones are unplugged during playback, it continues on a remaining device.
    private static FirstDevice Named(
        string output, TimeProvider time, TimeSpan? latency, string? server, params IAudioDevice[] candidates) =>
        new(output, $"There is no sound device '{output}'; list the available ones with: linnet devices.", candidates)
        {
            Substitutes = Candidates(null, time, latency, server),
        };

    private static Stream OpenStandardOutput()
    {
        if (OperatingSystem.IsWindows())
        {
            return StandardPipe.TryOpen(StandardPipe.Output) ?? Console.OpenStandardOutput();
        }

        // The console's own stream reports no error when the reader of the pipe has gone.
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }

    private static bool TryTake(string output, string api, out string name)
    {
        bool isIt = output.StartsWith(api, StringComparison.Ordinal) && output.AsSpan(api.Length).StartsWith(":", StringComparison.Ordinal);
        name = isIt ? output[(api.Length + 1)..] : "";
        return isIt;
    }

    private static IReadOnlyList<AudioDeviceInfo> ListPulse(TimeProvider time, string? server, CancellationToken cancellationToken)
    {
        using PulseConnection connection = PulseConnection.Connect(server, time, cancellationToken);
        PulseEndpoints endpoints = PulseEndpoints.Ask(connection, cancellationToken);
        return
        [
            .. endpoints.Sinks.Select(
                s => new AudioDeviceInfo(s.Name, s.Description, Pulse, IsInput: false, s.Name == endpoints.DefaultSink)),
            .. endpoints.Sources.Select(
                s => new AudioDeviceInfo(s.Name, s.Description, Pulse, IsInput: true, s.Name == endpoints.DefaultSource, s.MonitorOf)),
        ];
    }

    [SupportedOSPlatform("windows")]
    private static IReadOnlyList<AudioDeviceInfo> ListWasapi()
    {
        IReadOnlyList<WasapiEndpoint> all;
        try
        {
            all = WasapiEndpoints.List();
        }
        catch (IOException)
        {
            return []; // Windows Audio is switched off.
        }

        return
        [
            .. all.Select(e => new AudioDeviceInfo(WasapiEndpoint.NameIn(all, e), e.Adapter, Wasapi, e.IsInput, e.IsDefault)),
            .. all.Where(static e => !e.IsInput).Select(e => new AudioDeviceInfo(
                WasapiEndpoint.NameIn(all, e), "what this output plays", Wasapi, IsInput: true, IsDefault: false,
                WasapiEndpoint.NameIn(all, e))),
        ];
    }

    private static IReadOnlyList<AudioDeviceInfo> ListAlsa() => NativeLibraries.IsAvailable(NativeLibraries.Alsa)
        ?
        [
            .. AlsaHints.List(isInput: false)
                .Select(d => new AudioDeviceInfo(d.Name, d.Description, Alsa, IsInput: false, d.Name == "default")),
            .. AlsaHints.List(isInput: true)
                .Select(d => new AudioDeviceInfo(d.Name, d.Description, Alsa, IsInput: true, d.Name == "default")),
        ]
        : [];
}
