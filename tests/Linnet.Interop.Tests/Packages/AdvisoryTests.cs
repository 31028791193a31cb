using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Linnet.Interop.Tests.Packages;

/// <summary>A new security advisory for a package warns in an ordinary build and stops only the making of packages.</summary>
[Trait("Length", "Long")]
public class AdvisoryTests
{
    private const string Package = "Microsoft.Extensions.Logging.Abstractions";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("", 0, "warning NU1903")]
    [InlineData("-p:ContinuousIntegrationBuild=true", 1, "error NU1903")]
    public async Task A_known_vulnerability_is_an_error_only_where_packages_are_made(string option, int code, string message)
    {
        await using WebApplication advisories = await StartAdvisoriesAsync();
        using var folder = new TempFolder();
        WriteProject(folder, advisories.Urls.Single());

        await using Tool restore = Tool.Start(
            "env", ["-C", folder["."], MadePackages.Dotnet, "restore", .. (string[])(option.Length > 0 ? [option] : [])]);
        int ended = await restore.ExitAsync(Limit);

        Assert.Equal(code, ended);
        Assert.Contains(message, restore.Output, StringComparison.Ordinal);
    }

    // A project with the repository's settings that uses one of its packages.
    private static void WriteProject(TempFolder folder, string advisories)
    {
        string root = MadePackages.Root;
        File.WriteAllText(
            folder["Directory.Build.props"],
            $"""
            <Project>
              <Import Project="{root}/Directory.Build.props" />
              <PropertyGroup>
                <ArtifactsPath>$(MSBuildThisFileDirectory)artifacts</ArtifactsPath>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(folder["Directory.Packages.props"], $"<Project><Import Project=\"{root}/Directory.Packages.props\" /></Project>");
        File.WriteAllText(
            folder["Uses.csproj"],
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <PackageReference Include="{Package}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(
            folder["nuget.config"],
            $"""
            <configuration>
              <auditSources>
                <add key="advisories" value="{advisories}/index.json" allowInsecureConnections="true" />
              </auditSources>
            </configuration>
            """);
    }

    // A source of packages that has advisories only: its index, the list of its pages, and a page that names the package.
    private static async Task<WebApplication> StartAdvisoriesAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.Run(static context => context.Response.WriteAsync(Answer($"http://{context.Request.Host}", context.Request.Path)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static string Answer(string server, string path) => path switch
    {
        "/index.json" => $$"""{"version":"3.0.0","resources":[{"@id":"{{server}}/list.json","@type":"VulnerabilityInfo/6.7.0"}]}""",
        "/list.json" => $$"""[{"@name":"base","@id":"{{server}}/base.json","@updated":"2026-01-01T00:00:00Z"}]""",
        _ => $$"""{"{{Package}}":[{"url":"https://example.org/1","severity":2,"versions":"(,99.0.0)"}]}""",
    };
}
