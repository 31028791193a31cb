using Linnet.Interop.Tests.Packages;

namespace Linnet.Interop.Tests.Systems;

/// <summary>
/// A Debian with nothing but .NET and what .NET needs, in a folder: the SDK of this machine and its cache of packages are mounted there,
/// and a copy of this working tree is built in it.
/// </summary>
public sealed class BareSystem : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    // The mounts are in a namespace of their own and end with the program.
    private const string Enter = """
        root=$1 sdk=$2; shift 2
        mkdir -p "$root/usr/share/dotnet" "$root/root/.nuget/packages"
        mount --bind "$sdk" "$root/usr/share/dotnet"
        mount --bind "${NUGET_PACKAGES:-$HOME/.nuget/packages}" "$root/root/.nuget/packages"
        mount --bind /proc "$root/proc"
        mount --bind /dev "$root/dev"
        exec chroot "$root" env -i -C /linnet HOME=/root PATH=/usr/share/dotnet:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
          DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 LINNET_NO_INSTALL=1 "$@"
        """;

    private const string Make = """
        set -e
        mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | grep -v -e security -e updates | sort -u | head -n 1)
        debootstrap --variant=minbase --include=libssl3,ca-certificates "${mirror#* }" "$1" "${mirror% *}" >"$1.log" 2>&1 || {
          tail "$1.log"; exit 1; }
        mkdir "$1/linnet"
        tar -C "$2" --exclude=./artifacts --exclude=./.git -cf - . | tar -C "$1/linnet" -xf -
        """;

    private readonly TempFolder _folder = new();

    /// <summary>A path there, as it is here.</summary>
    internal string this[string path] => _folder["root"] + path;

    /// <summary>Starts a program there.</summary>
    /// <param name="hasOwnNetwork">Whether it has a network of its own, with nothing but loopback.</param>
    /// <param name="command">The program and its arguments; the working folder is <c>/linnet</c>.</param>
    internal Tool Start(bool hasOwnNetwork, params string[] command) => Tool.Start(
        "unshare", [
            "--mount", .. hasOwnNetwork ? (string[])["--net"] : [],
            "bash", "-c", (hasOwnNetwork ? "ip link set lo up; " : "") + Enter, "enter",
            _folder["root"], Path.GetDirectoryName(MadePackages.Dotnet) is { Length: > 0 } sdk ? sdk : "/usr/share/dotnet", .. command]);

    /// <summary>Runs a shell's commands there, in a network of their own, to their end, which must be a success.</summary>
    /// <returns>All that they print.</returns>
    internal async Task<string> RunAsync(string commands)
    {
        await using Tool tool = Start(hasOwnNetwork: true, "bash", "-c", "exec 2>&1; " + commands);
        int code = await tool.ExitAsync(Limit);
        Assert.True(code == 0, $"{commands} ended with {code}: {tool.Output}{tool.Errors}");
        return tool.Output;
    }

    public async ValueTask InitializeAsync() =>
        await Tool.RunAsync(Limit, "bash", "-c", Make, "make", _folder["root"], MadePackages.Root);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
