using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using NAudio.CoreAudioApi;

namespace Linnet.Native;

/// <summary>The outputs and inputs of Windows.</summary>
/// <remarks>Source: MMDevice API, Microsoft Learn.</remarks>
[SupportedOSPlatform("windows")]
internal static class WasapiEndpoints
{
    // ERROR_ACCESS_DENIED as an HRESULT, and AUDCLNT_E_DEVICE_IN_USE.
    private const int AccessDenied = unchecked((int)0x80070005);
    private const int InUse = unchecked((int)0x8889000A);

    /// <summary>Gets all endpoints, outputs first.</summary>
    /// <exception cref="IOException">Windows Audio does not answer.</exception>
    internal static IReadOnlyList<WasapiEndpoint> List()
    {
        try
        {
            using var enumerator = new MMDeviceEnumerator();
            return [.. ListOf(enumerator, DataFlow.Render), .. ListOf(enumerator, DataFlow.Capture)];
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Failed("Windows Audio does not answer", e);
        }
    }

    /// <summary>Whether the exception comes from a call of Windows Audio.</summary>
    internal static bool IsFailure(Exception exception) => exception
        is COMException or InvalidCastException or InvalidOperationException or NotImplementedException or NotSupportedException
        or ArgumentException or UnauthorizedAccessException or OutOfMemoryException;

    /// <summary>The error for a failed call.</summary>
    /// <param name="what">What failed: a sentence without its full stop.</param>
    /// <param name="reason">The call's exception.</param>
    internal static IOException Failed(string what, Exception reason) => new(
        reason.HResult switch
        {
            AccessDenied => $"{what}: Windows does not allow it. For an input, look in Settings under Privacy, Microphone.",
            InUse => $"{what}: another program uses it alone.",
            int code => $"{what} (0x{code:X8}).",
        },
        reason);

    private static List<WasapiEndpoint> ListOf(MMDeviceEnumerator enumerator, DataFlow flow)
    {
        string? standard = null;
        if (enumerator.TryGetDefaultAudioEndpoint(flow, Role.Multimedia, out MMDevice? device))
        {
            using (device)
            {
                standard = device.ID;
            }
        }

        var endpoints = new List<WasapiEndpoint>();
        using MMDeviceCollection devices = enumerator.EnumerateAudioEndPoints(flow, DeviceState.Active);
        for (int i = 0; i < devices.Count; i++)
        {
            try
            {
                using MMDevice one = devices[i];
                endpoints.Add(new WasapiEndpoint(
                    one.ID, one.FriendlyName, AdapterOf(one), IsInput: flow == DataFlow.Capture, IsDefault: one.ID == standard));
            }
            catch (Exception e) when (IsFailure(e))
            {
                // It was unplugged meanwhile, or its driver gives no name. The others are there.
            }
        }

        return endpoints;
    }

    // Not every driver has this name.
    private static string AdapterOf(MMDevice device)
    {
        try
        {
            return device.DeviceFriendlyName ?? "";
        }
        catch (Exception e) when (IsFailure(e))
        {
            return "";
        }
    }
}
