using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>An input or an output that PortAudio offers.</summary>
/// <param name="Index">PortAudio's number, valid until the library is next initialized.</param>
/// <param name="Name">The system's name, made unique among the inputs or the outputs.</param>
/// <param name="Channels">The largest number of samples per frame.</param>
/// <param name="SampleRate">The device's own sample rate in Hz.</param>
/// <param name="IsDefault">Whether the system uses it if no device is named.</param>
internal sealed record PortAudioEndpoint(int Index, string Name, int Channels, int SampleRate, bool IsDefault);

/// <summary>The library as a whole: it lists the devices, and is initialized while something uses it.</summary>
/// <remarks>
/// PortAudio lists the devices when it is initialized. So the list is as new as the first of those that use the library at the time: a
/// device that was plugged in meanwhile appears when all have ended. Its functions may not run at the same time as each other.
/// </remarks>
internal static unsafe class PortAudioLibrary
{
    /// <summary>Longest time that another thread may be in the library, which may hang with a device's driver.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private static readonly Lock Gate = new();
    private static int _users;

    /// <summary>Lists the outputs or the inputs of the system's own sound interface.</summary>
    /// <exception cref="DllNotFoundException">PortAudio is not installed.</exception>
    /// <exception cref="IOException">PortAudio fails.</exception>
    internal static IReadOnlyList<PortAudioEndpoint> List(bool isInput)
    {
        Acquire();
        try
        {
            return Run(() => Endpoints(isInput));
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Initializes the library for one more user, who calls <see cref="Release"/> later.</summary>
    /// <exception cref="DllNotFoundException">PortAudio is not installed.</exception>
    /// <exception cref="IOException">PortAudio fails.</exception>
    internal static void Acquire()
    {
        NativeLibraries.Require(NativeLibraries.PortAudio);
        Run(() =>
        {
            if (_users == 0)
            {
                BeQuiet();
                Check(PortAudio.Initialize(), "start");
            }

            return ++_users;
        });
    }

    /// <summary>Ends the use.</summary>
    internal static void Release() => Run(() => --_users == 0 ? PortAudio.Terminate() : 0);

    /// <summary>Runs a function of the library when no other one runs.</summary>
    /// <exception cref="IOException">Another one takes too long.</exception>
    internal static T Run<T>(Func<T> call)
    {
        if (!Gate.TryEnter(LongestWait))
        {
            throw new IOException("PortAudio does not answer; a sound device or its driver has hung.");
        }

        try
        {
            return call();
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>The devices. Call within <see cref="Run"/>.</summary>
    internal static IReadOnlyList<PortAudioEndpoint> Endpoints(bool isInput)
    {
        int hostApi = PortAudio.GetDefaultHostApi();
        int byDefault = isInput ? PortAudio.GetDefaultInputDevice() : PortAudio.GetDefaultOutputDevice();
        var found = new List<PortAudioEndpoint>();
        for (int i = 0; i < PortAudio.GetDeviceCount(); i++)
        {
            PortAudio.DeviceInfo* info = PortAudio.GetDeviceInfo(i);
            int channels = info == null || info->HostApi != hostApi ? 0 : isInput ? info->MaxInputChannels : info->MaxOutputChannels;
            if (channels > 0)
            {
                string name = Unique(Text(info->Name), found);
                found.Add(new PortAudioEndpoint(i, name, channels, (int)Math.Round(info->DefaultSampleRate), i == byDefault));
            }
        }

        return found;
    }

    /// <summary>Finds a device by its name, or else by a part of it that no other name has; <see langword="null"/>: the default.</summary>
    /// <returns><see langword="null"/> if there is no such device.</returns>
    internal static PortAudioEndpoint? Find(IReadOnlyList<PortAudioEndpoint> endpoints, string? name)
    {
        if (name is null)
        {
            return endpoints.FirstOrDefault(e => e.IsDefault);
        }

        PortAudioEndpoint[] parts = [.. endpoints.Where(e => e.Name.Contains(name, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return endpoints.FirstOrDefault(e => e.Name == name) ?? (parts.Length == 1 ? parts[0] : null);
    }

    /// <summary>Returns if a call has succeeded.</summary>
    /// <param name="result">Its result.</param>
    /// <param name="what">What it was to do: the rest of "PortAudio cannot".</param>
    /// <exception cref="IOException">It failed.</exception>
    internal static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new IOException($"PortAudio cannot {what}: {Reason(result)}.");
        }
    }

    private static string Reason(int error)
    {
        PortAudio.HostErrorInfo* host = error == PortAudio.UnanticipatedHostError ? PortAudio.GetLastHostErrorInfo() : null;
        string text = host == null ? "" : Text(host->Text);
        return (text.Length > 0 ? $"{text} ({host->ErrorCode.Value})" : Text(PortAudio.GetErrorText(error))).TrimEnd('.', ' ');
    }

    // Two microphones of one model have one name.
    private static string Unique(string name, List<PortAudioEndpoint> found)
    {
        string unique = name;
        for (int i = 2; found.Exists(e => e.Name == unique); i++)
        {
            unique = $"{name} #{i}";
        }

        return unique;
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text)?.Trim() ?? "";

    // On Linux it opens each device in ALSA's configuration, which writes an error for each that is not there.
    private static void BeQuiet()
    {
        if (OperatingSystem.IsLinux() && NativeLibraries.IsAvailable(NativeLibraries.Alsa))
        {
            Alsa.BeQuiet();
        }
    }
}
