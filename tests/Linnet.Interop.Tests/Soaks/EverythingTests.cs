using System.Runtime.CompilerServices;

namespace Linnet.Interop.Tests.Soaks;

/// <summary>A short run of the soak in <c>bench/peers</c>, which starts its own server, sources and listeners.</summary>
[Collection(nameof(Alone))]
public class EverythingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Six_stations_with_changing_listeners_of_every_transport_leak_nothing_and_drop_no_audio()
    {
        // A minute of listeners; creating the files and stopping the encoders takes most of another minute. With fewer files no child
        // process is needed for decoding.
        await using Tool soak = Tool.Start(
            "env", $"LINNET={Tool.FileOf("linnet")}", "python3", Path.Join(Peers(), "everything.py"), "--minutes", "1", "--files", "18");

        int code = await soak.ExitAsync(Limit);

        Assert.True(code == 0, soak.Output + soak.Errors);
    }

    private static string Peers([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Join(Path.GetDirectoryName(thisFile), "..", "..", "..", "bench", "peers"));
}
