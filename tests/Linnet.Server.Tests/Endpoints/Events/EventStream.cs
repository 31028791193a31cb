using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Linnet.Server.Tests.Endpoints.Events;

/// <summary>A reader of <c>/events</c>, as a browser's <c>EventSource</c> is one.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpClient _client;
    private readonly StreamReader _reader;

    private EventStream(HttpClient client, HttpResponseMessage response, Stream body)
    {
        _client = client;
        Response = response;
        _reader = new StreamReader(body);
    }

    public HttpResponseMessage Response { get; }

    /// <summary>The id of the last event.</summary>
    public string LastId { get; private set; } = "";

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    /// <summary>Connects.</summary>
    /// <param name="server">Where the server listens.</param>
    /// <param name="lastId">The id of the last event that is known.</param>
    /// <param name="prefix">The path before all paths of the server.</param>
    /// <param name="query">What follows the path.</param>
    public static async Task<EventStream> OpenAsync(IPEndPoint server, string? lastId = null, string prefix = "", string query = "")
    {
        var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{server}{prefix}/events{query}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, HangLimit);
        return new EventStream(client, response, await response.Content.ReadAsStreamAsync(HangLimit));
    }

    /// <summary>Reads a line.</summary>
    public async Task<string?> LineAsync() => await _reader.ReadLineAsync(HangLimit);

    /// <summary>Reads up to the end of the next event.</summary>
    public async Task<(string Type, JsonElement Data)> NextAsync()
    {
        string type = "";
        JsonElement? data = null;
        while (await LineAsync() is string line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", string id]:
                    LastId = id;
                    break;
                case ["event", string name]:
                    type = name;
                    break;
                case ["data", string text]:
                    data = JsonDocument.Parse(text).RootElement;
                    break;
                case [""] when data is { } whole:
                    return (type, whole);
            }
        }

        throw new EndOfStreamException("The server has ended the events.");
    }

    /// <summary>Reads events until a station's part of one is as expected.</summary>
    public async Task<JsonElement> UntilAsync(string station, Func<JsonElement, bool> isExpected)
    {
        while (true)
        {
            foreach (JsonElement one in (await NextAsync()).Data.GetProperty("stations").EnumerateArray())
            {
                if (one.GetProperty("name").GetString() == station && isExpected(one))
                {
                    return one;
                }
            }
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        Response.Dispose();
        _client.Dispose();
    }
}
