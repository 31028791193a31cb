using System.CommandLine;
using Linnet.Cli.Help;
using Linnet.Cli.Panels;
using Linnet.Playback.Devices;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet devices</c>.</summary>
internal static class DevicesCommand
{
    private const string NameHeading = "NAME";
    private const string DescriptionHeading = "DESCRIPTION";

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "devices",
            "List the audio devices of this machine, for 'play --output' and 'serve mic:'.",
            ("linnet devices", "names to use with --output and mic:"));
        command.SetAction(async (_, cancellationToken) =>
        {
            IReadOnlyList<AudioDeviceInfo> devices = await AudioDevices.ListAsync(shell.Time, cancellationToken: cancellationToken);
            Write(devices, shell.Out);
            await shell.DeliverAsync(cancellationToken);
            return ExitCode.Ended;
        });
        return command;
    }

    /// <summary>Writes two lists, with the default device of each marked by a star.</summary>
    internal static void Write(IReadOnlyList<AudioDeviceInfo> devices, TextWriter output)
    {
        if (devices.Count == 0)
        {
            string remedy = char.ToUpperInvariant(AudioDevices.Remedy[0]) + AudioDevices.Remedy[1..];
            output.WriteLine($"No audio devices found. {remedy}, or use 'play --output FILE.wav', - or null.");
            return;
        }

        Write("Outputs, for play --output NAME:", [.. devices.Where(static d => !d.IsInput)], output);
        Write("Inputs, for serve mic:NAME:", [.. devices.Where(static d => d.IsInput)], output);
    }

    private static void Write(string heading, AudioDeviceInfo[] devices, TextWriter output)
    {
        output.WriteLine(devices.Length == 0 ? $"{heading} none" : heading);
        if (devices.Length == 0)
        {
            return;
        }

        int name = Math.Max(NameHeading.Length, devices.Max(static d => d.Name.Length)) + 2;
        output.WriteLine($"  {NameHeading.PadRight(name)}{DescriptionHeading}");
        foreach (AudioDeviceInfo device in devices)
        {
            string monitor = device.MonitorOf is { } of ? $" (monitor of {of})" : "";
            output.WriteLine(new PanelLine().Add(device.IsDefault ? "* " : "  ").Add(device.Name).To(2 + name)
                .Add(device.Description + monitor).Render(int.MaxValue, colours: false));
        }
    }
}
