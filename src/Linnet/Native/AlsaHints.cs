using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>The devices in ALSA's configuration that belong to a sound card; the configuration names many more.</summary>
internal static unsafe class AlsaHints
{
    /// <summary>
    /// Devices for the user to choose from, <c>default</c> first. Empty without a sound card. Opens no device: that could interrupt another
    /// program, or take long.
    /// </summary>
    internal static IReadOnlyList<(string Name, string Description)> List(bool isInput)
    {
        Alsa.BeQuiet();
        void** hints;
        if (Alsa.DeviceNameHint(-1, "pcm", &hints) < 0)
        {
            return [];
        }

        var found = new List<(string, string)>();
        for (void** hint = hints; *hint != null; hint++)
        {
            // IOID is missing if a device supports both directions.
            string? name = Take(*hint, "NAME");
            string? direction = Take(*hint, "IOID");
            if (name is not null && name.Contains("CARD=", StringComparison.Ordinal) && direction != (isInput ? "Output" : "Input"))
            {
                found.Add((name, (Take(*hint, "DESC") ?? name).Replace('\n', ' ')));
            }
        }

        _ = Alsa.DeviceNameFreeHint(hints);
        if (found.Count > 0)
        {
            found.Insert(0, ("default", "The default of ALSA's configuration"));
        }

        return found;
    }

    private static string? Take(void* hint, string what)
    {
        byte* text = Alsa.DeviceNameGetHint(hint, what);
        string? result = Marshal.PtrToStringUTF8((nint)text);
        NativeMemory.Free(text);
        return result;
    }
}
