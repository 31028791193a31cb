using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>The devices that ALSA's configuration names and a sound card stands behind: it names many more.</summary>
internal static unsafe class AlsaHints
{
    /// <summary>
    /// For people to choose from; <c>default</c> first. Empty without a card. Opens none: that could take another's place, or long.
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
            // IOID is missing where a device does both.
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
            found.Insert(0, ("default", "What ALSA's configuration says"));
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
