using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Linnet.Interop.Tests.Packages;

/// <summary>The packages as their users have them: in projects outside the repository, and as a tool.</summary>
[Trait("Length", "Long")]
public sealed partial class PackageTests(MadePackages made) : IClassFixture<MadePackages>
{
    private const string Version = MadePackages.Version;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] All = ["Linnet", "Linnet.Server", "Linnet.Tool"];
    private static readonly WavSound Song = WavSound.Noise(48_000, 2, 16, 5);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_samples_build_outside_the_repository_and_record_a_served_file_bit_for_bit()
    {
        using var folder = new TempFolder();
        CopySamples(folder);
        Song.Save(folder["song.wav"]);

        await made.DotnetAsync(
            folder["."], "build", "Samples.slnx", "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false",
            "-p:UseSharedCompilation=false");
        // The programs use the standard ports: here in a network of their own.
        await Tool.RunAsync(
            Limit,
            "unshare",
            "--net",
            "--map-root-user",
            "bash",
            "-c",
            """
            ip link set lo up
            "$1" "$3" &
            until (exec 3<>/dev/tcp/127.0.0.1/8554) 2>/dev/null; do sleep 0.1; done
            "$2" rtsp://127.0.0.1:8554/song/pcm "$4" && wait $!
            """,
            "programs",
            folder["artifacts/bin/Send/release/Send"],
            folder["artifacts/bin/Play/release/Play"],
            folder["song.wav"],
            folder["take.wav"]);

        AssertIsSong(folder["take.wav"]);
    }

    [Fact]
    public async Task The_tool_installs_from_the_folder_and_records_a_served_file_bit_for_bit()
    {
        using var folder = new TempFolder();
        Song.Save(folder["song.wav"]);

        await made.DotnetAsync(
            folder["."], "tool", "install", "Linnet.Tool", "--tool-path", folder["tools"], "--add-source", made.Folder,
            "--version", Version);
        string linnet = folder["tools/linnet"];
        Assert.Equal(Version, (await Tool.RunAsync(Limit, linnet, "--version")).Trim());
        await using Tool server = Tool.Start(
            linnet, "serve", $"song={folder["song.wav"]}", "--once", "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0",
            "--http-port", "off");
        string url = (await server.LineAsync("Listen with: linnet play ", Limit)).Split(' ')[0];
        await Tool.RunAsync(Limit, linnet, "record", $"{url.TrimEnd('/')}/song/pcm", folder["take.wav"]);

        AssertIsSong(folder["take.wav"]);
        Assert.Equal(0, await server.ExitAsync(Limit));
    }

    // Linnet.Server uses internals of Linnet.
    [Fact]
    public async Task The_server_package_asks_for_exactly_the_linnet_that_it_was_built_with()
    {
        string nuspec = await ReadAsync("Linnet.Server", "Linnet.Server.nuspec");

        Assert.Contains($"<dependency id=\"Linnet\" version=\"[{Version}]\"", nuspec, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_package_has_its_readme_and_notices_and_the_libraries_have_symbols()
    {
        string notices = await File.ReadAllTextAsync(Path.Combine(MadePackages.Root, "THIRD-PARTY-NOTICES.md"), Cancelled);
        foreach (string package in All)
        {
            Assert.StartsWith("# ", await ReadAsync(package, "README.md"), StringComparison.Ordinal);
            Assert.Equal(notices, await ReadAsync(package, "THIRD-PARTY-NOTICES.md"));
            Assert.Equal(package != "Linnet.Tool", File.Exists(Path.ChangeExtension(made.FileOf(package), "snupkg")));
        }
    }

    [Fact]
    public async Task The_tool_contains_only_packages_that_the_notices_list()
    {
        string notices = await ReadAsync("Linnet.Tool", "THIRD-PARTY-NOTICES.md");
        await using ZipArchive tool = await ZipFile.OpenReadAsync(made.FileOf("Linnet.Tool"), Cancelled);

        string[] contained =
        [
            .. tool.Entries.Where(static entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal))
                .Select(static entry => Path.GetFileNameWithoutExtension(entry.Name))
                .Where(static name => name is not ("Linnet" or "Linnet.Server" or "Linnet.Cli")),
        ];

        Assert.NotEmpty(contained);
        Assert.All(contained, name => Assert.Matches($@"(?m)^\| {Regex.Escape(name)} \|.*`Linnet\.Tool`", notices));
    }

    [Fact]
    public async Task The_sums_are_those_of_the_files_and_each_package_has_a_bill_of_materials()
    {
        string checkedFiles = await Tool.RunAsync(Limit, "env", "-C", made.Folder, "sha256sum", "--check", "--strict", "SHA256SUMS");

        Assert.Equal(Directory.GetFiles(made.Folder).Length - 1, checkedFiles.Trim().Split('\n').Length);
        foreach (string package in All)
        {
            string path = Path.Combine(made.Folder, $"{package}.{Version}.cdx.json");
            using JsonDocument bill = JsonDocument.Parse(await File.ReadAllTextAsync(path, Cancelled));
            string[] components = [.. bill.RootElement.GetProperty("components").EnumerateArray().Select(NameAndVersion)];
            JsonElement described = bill.RootElement.GetProperty("metadata").GetProperty("component");
            Assert.Equal($"{package} {Version}", NameAndVersion(described));
            Assert.Contains("Microsoft.Extensions.Logging.Abstractions 10.0.0", components);
            if (package != "Linnet")
            {
                Assert.Contains($"Linnet {Version}", components);
            }
        }
    }

    private static string NameAndVersion(JsonElement component) =>
        $"{component.GetProperty("name").GetString()} {component.GetProperty("version").GetString()}";

    private static void AssertIsSong(string path)
    {
        WavSound take = WavSound.Load(path);
        Assert.Equal(Song.Frames, take.Frames);
        Assert.Equal(0, Song.FindRun(take));
    }

    // The samples with packages in place of the repository's projects, and with nothing else of the repository.
    private void CopySamples(TempFolder folder)
    {
        string[] projects = Directory.GetFiles(Path.Combine(MadePackages.Root, "samples"), "*.csproj", SearchOption.AllDirectories);
        foreach (string project in projects)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Directory.CreateDirectory(folder[name]);
            File.WriteAllText(
                folder[$"{name}/{name}.csproj"],
                ProjectReference().Replace(File.ReadAllText(project), $"<PackageReference Include=\"$1\" Version=\"{Version}\" />"));
            foreach (string source in Directory.GetFiles(Path.GetDirectoryName(project)!, "*.cs"))
            {
                File.Copy(source, folder[$"{name}/{Path.GetFileName(source)}"]);
            }
        }

        File.WriteAllText(folder["Samples.slnx"], $"<Solution>{string.Concat(projects.Select(Entry))}</Solution>");
        File.WriteAllText(
            folder["Directory.Build.props"],
            $"""
            <Project>
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseArtifactsOutput>true</UseArtifactsOutput>
                <RestoreAdditionalProjectSources>{made.Folder}</RestoreAdditionalProjectSources>
              </PropertyGroup>
            </Project>
            """);

        static string Entry(string project)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            return $"<Project Path=\"{name}/{name}.csproj\" />";
        }
    }

    private async Task<string> ReadAsync(string package, string file)
    {
        await using ZipArchive archive = await ZipFile.OpenReadAsync(made.FileOf(package), Cancelled);
        using var reader = new StreamReader(await archive.GetEntry(file)!.OpenAsync(Cancelled));
        return await reader.ReadToEndAsync(Cancelled);
    }

    [GeneratedRegex("""<ProjectReference Include="[^"]*/([\w.]+)\.csproj" />""")]
    private static partial Regex ProjectReference();
}
