using System.Net;
using System.Text.Json;
using Linnet.Access;
using Linnet.Audio;
using Linnet.Server.Tests.Endpoints.Events;
using Linnet.Server.Tests.Hosting;
using Linnet.Stations;
using Microsoft.AspNetCore.Builder;

namespace Linnet.Server.Tests.Endpoints;

/// <summary>Pictures of stations on a real server.</summary>
public class ArtTests
{
    private const string Logo = "https://radio.example/logo.png";

    private static readonly TrackInfo First = new("So What", "Miles Davis") { Art = Picture(Pictures.Shown) };
    private static readonly TrackInfo Second = new("Naima", "John Coltrane") { Art = Picture(Pictures.Gif()) };

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_picture_of_the_track_that_plays_has_an_address_that_never_shows_another()
    {
        using var tone = new SwitchedTone(First);
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options(), tone)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Host.EndPoint}") };
        string path = ArtOf(await events.UntilAsync("jazz", static s => ArtOf(s) is not null))!;

        using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative), HangLimit);
        Assert.Equal(Pictures.Shown, await answer.Content.ReadAsByteArrayAsync(HangLimit));
        Assert.Equal("image/png", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, max-age=31536000, immutable", answer.Headers.CacheControl!.ToString());
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["default-src 'none'; sandbox"], answer.Headers.GetValues("Content-Security-Policy"));
        using var known = new HttpRequestMessage(HttpMethod.Get, path);
        known.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(known, HangLimit)).StatusCode);

        tone.Switch(Second);
        string next = ArtOf(await events.UntilAsync("jazz", static s => ArtOf(s) is not null))!;
        Assert.NotEqual(path, next);
        Assert.Equal(Pictures.Gif(), await client.GetByteArrayAsync(new Uri(next, UriKind.Relative), HangLimit));
        foreach (string gone in (string[])[path, next + "0", next.Replace("jazz", "news", StringComparison.Ordinal)])
        {
            using HttpResponseMessage refusal = await client.GetAsync(new Uri(gone, UriKind.Relative), HangLimit);
            Assert.Equal(HttpStatusCode.NotFound, refusal.StatusCode);
            Assert.Equal("no-store", refusal.Headers.CacheControl!.ToString());
        }
    }

    [Fact]
    public async Task A_track_without_a_picture_gets_that_of_its_station()
    {
        using var tone = new SwitchedTone(First);
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options() with { ArtUrl = Logo }, tone)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        await events.UntilAsync("jazz", static s => ArtOf(s)?.StartsWith("/jazz/art/", StringComparison.Ordinal) == true);

        tone.Switch(Second with { Art = null });

        Assert.Equal(Logo, ArtOf(await events.UntilAsync("jazz", static s => s.TryGetProperty("art", out _))));
    }

    [Fact]
    public async Task Pictures_of_tracks_are_not_shown_where_they_are_not_wanted()
    {
        await using HostedServer server =
            await HostedServer.StartAsync([new Station(Options() with { ShowsTrackArt = false }, new TitledTone(First))]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);

        JsonElement station = await events.UntilAsync("jazz", static s => s.TryGetProperty("now", out _));

        Assert.False(station.TryGetProperty("art", out _));
        Assert.StartsWith("HTTP/1.1 404 ", await server.GetAsync($"/jazz/art/{First.Art!.Hash}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_picture_of_a_closed_station_is_closed()
    {
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options(), new TitledTone(First))]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        string path = ArtOf(await events.UntilAsync("jazz", static s => ArtOf(s) is not null))!;

        server.Server.Access = new AccessOptions { ClosedStations = ["jazz"] };

        JsonElement station = await events.UntilAsync("jazz", static s => s.TryGetProperty("locked", out _));
        Assert.Equal(JsonValueKind.Null, station.GetProperty("art").ValueKind);
        Assert.StartsWith("HTTP/1.1 404 ", await server.GetAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Below_a_prefix_pictures_are_sent_too_and_other_paths_are_the_application_s()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false, static app => app.MapLinnet("/radio"));
        host.Server.Add(new Station(Options(), new TitledTone(First)));
        using EventStream events = await EventStream.OpenAsync(host.EndPoint, prefix: "/radio");
        string path = ArtOf(await events.UntilAsync("jazz", static s => ArtOf(s) is not null))!;

        Assert.StartsWith("HTTP/1.1 200 ", (await host.GetAsync("/radio" + path)).Head, StringComparison.Ordinal);
        Assert.Equal(WebHost.OwnPage, (await host.GetAsync("/radio/jazz/art/cover")).Body);
    }

    private static string? ArtOf(JsonElement station) =>
        station.TryGetProperty("art", out JsonElement art) && art.ValueKind == JsonValueKind.String ? art.GetString() : null;

    private static StationOptions Options() => new() { Name = "jazz", StartAtOnce = true, Streams = ["wav"] };

    private static CoverArt? Picture(byte[] bytes) => CoverArt.TryCreate(bytes, out CoverArt? art) ? art : null;
}
