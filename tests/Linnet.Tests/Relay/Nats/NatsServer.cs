using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Linnet.Relay;

namespace Linnet.Tests.Relay.Nats;

/// <summary>A real <c>nats-server</c> on a free port of 127.0.0.1, which can be killed and started again without its memory.</summary>
internal sealed class NatsServer : IDisposable
{
    private static readonly string? Program =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(static folder => Path.Combine(folder, "nats-server")).FirstOrDefault(File.Exists);

    private readonly TempFolder _folder = new();
    private Process? _process;
    private int _starts;

    /// <summary>A server that does not run yet, with a port that is free.</summary>
    internal NatsServer()
    {
        Assert.SkipWhen(Program is null, "nats-server is not installed (eng/setup.sh test).");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal int Port { get; }

    internal string Address => $"nats://127.0.0.1:{Port}";

    internal RelayOptions Options(string node) => new() { Servers = Address, Node = node };

    /// <summary>Starts it with an empty memory.</summary>
    /// <param name="more">More arguments, such as a user. Default: with JetStream, which keeps leases.</param>
    internal async Task StartAsync(params string[] more)
    {
        string folder = _folder[(++_starts).ToString(CultureInfo.InvariantCulture)];
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true };
        string[] usual = ["-a", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "--ports_file_dir", folder];
        foreach (string argument in (string[])[.. usual, "-sd", folder, .. more.Length == 0 ? ["-js"] : more])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        await Until.TrueAsync(() => Listens(folder) || _process.HasExited);
        Assert.False(_process.HasExited, "nats-server ended at once.");
    }

    /// <summary>Kills it, if it runs.</summary>
    internal void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        _folder.Dispose();
    }

    // It writes the file when it listens.
    private static bool Listens(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*.ports").Any(static file =>
                JsonDocument.Parse(File.ReadAllText(file)).RootElement.TryGetProperty("nats", out _));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return false;
        }
    }
}
