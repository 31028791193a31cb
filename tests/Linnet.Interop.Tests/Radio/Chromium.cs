using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Radio;

/// <summary>The browser that the tests listen with.</summary>
internal static class Chromium
{
    /// <summary>Debian's.</summary>
    internal const string Program = "/usr/bin/chromium";

    /// <summary>Starts it without a window and without traffic of its own. It may play without a click.</summary>
    internal static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        LaunchAsync(playwright, Program, "--autoplay-policy=no-user-gesture-required");

    /// <summary>Starts it, or a script that starts it, with more arguments.</summary>
    internal static Task<IBrowser> LaunchAsync(IPlaywright playwright, string program, params string[] more) =>
        playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync", .. more,
            ],
        });
}
