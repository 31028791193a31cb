using Linnet.Cli.Commands;
using Linnet.Playback.Devices;

namespace Linnet.Server.Tests.Cli;

public class DevicesCommandTests
{
    [Fact]
    public void Names_and_descriptions_have_headings()
    {
        var output = new StringWriter { NewLine = "\n" };

        DevicesCommand.Write(
            [new AudioDeviceInfo("alsa_output.pci", "Built-in Audio", "pulse", IsInput: false, IsDefault: true)], output);

        Assert.Equal(
            """
            Outputs, for play --output NAME:
              NAME             DESCRIPTION
            * alsa_output.pci  Built-in Audio
            Inputs, for serve mic:NAME: none

            """,
            output.ToString());
    }
}
