using Linnet.Audio;
using Linnet.Playback.Devices;

namespace Linnet.Tests.Playback.Devices;

public sealed class WritablePathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-writable-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void New_and_existing_files_are_writable_and_stay_unchanged()
    {
        File.WriteAllText(In("there.wav"), "kept");
        File.CreateSymbolicLink(In("link.wav"), In("later.wav"));

        Assert.All((string[])["there.wav", "new.wav", "link.wav"], name => Assert.Null(WritablePath.ProblemOf(In(name))));

        // A bare name, as given at a prompt, in any folder.
        Assert.DoesNotContain("folder", WritablePath.ProblemOf("new.wav") ?? "", StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(In("there.wav")));
        Assert.Equal(["link.wav", "there.wav"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task The_problem_is_reported_and_is_the_same_when_the_file_is_opened()
    {
        Directory.CreateDirectory(In("folder.wav"));
        File.WriteAllText(In("file"), "");

        Assert.Equal("it is a folder.", await ProblemAsync("folder.wav"));
        Assert.Equal($"there is no folder '{In("no")}{Path.DirectorySeparatorChar}such'.", await ProblemAsync("no/such/x.wav"));
        Assert.Equal($"'{In("file")}' is not a folder.", await ProblemAsync("file/x.wav"));
        Assert.Contains("too long", await ProblemAsync(new string('x', 300) + ".wav"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read-only.wav")]
    [InlineData("closed/x.wav")]
    public async Task A_file_without_write_permission_is_reported(string name)
    {
        if (Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            Assert.Skip("This user may write everywhere.");
            return;
        }

        File.WriteAllText(In("read-only.wav"), "");
        File.SetUnixFileMode(In("read-only.wav"), UnixFileMode.UserRead);
        Directory.CreateDirectory(In("closed"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Equal("Permission denied.", await ProblemAsync(name));
    }

    private string In(string name) => Path.Join(_folder, name);

    private async Task<string?> ProblemAsync(string name)
    {
        await using var device = new WavFileDevice(In(name), TimeProvider.System);
        string? problem = WritablePath.ProblemOf(In(name));

        string said = $"Cannot write {In(name)}: {problem} Choose another file.";
        Assert.Equal(said, Assert.Throws<IOException>(device.ThrowIfUnwritable).Message);
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.Equal(
            said, (await Assert.ThrowsAsync<IOException>(async () => await device.OpenAsync(new AudioFormat(8000, 1), stop))).Message);
        return problem;
    }
}
