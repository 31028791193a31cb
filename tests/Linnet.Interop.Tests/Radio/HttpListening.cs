using System.Net;

namespace Linnet.Interop.Tests.Radio;

/// <summary>A listener over HTTP that keeps everything that it receives.</summary>
internal sealed class HttpListening : IDisposable
{
    private static readonly HttpClient Client = new() { Timeout = Timeout.InfiniteTimeSpan };

    private readonly HttpResponseMessage _response;
    private readonly MemoryStream _body = new();
    private readonly Task _reading;

    private HttpListening(HttpResponseMessage response)
    {
        _response = response;
        _reading = ReadAsync(TestContext.Current.CancellationToken);
    }

    public HttpStatusCode Status => _response.StatusCode;

    /// <summary>When a refused listener may come back.</summary>
    public TimeSpan? RetryAfter => _response.Headers.RetryAfter?.Delta;

    public string? ContentType => _response.Content.Headers.ContentType?.MediaType;

    public int Length
    {
        get
        {
            lock (_body)
            {
                return (int)_body.Length;
            }
        }
    }

    /// <summary>What it has received so far.</summary>
    public byte[] Body
    {
        get
        {
            lock (_body)
            {
                return _body.ToArray();
            }
        }
    }

    /// <summary>Sends the request, and returns once the answer has begun.</summary>
    public static async Task<HttpListening> StartAsync(string url) => new(
        await Client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));

    /// <summary>Waits until it has received so many bytes.</summary>
    public Task UntilAsync(int bytes) => Until.TrueAsync(() => Length >= bytes, state: () => $"{Length} of {bytes} bytes");

    /// <summary>Waits until the server ends the answer.</summary>
    public Task EndAsync() => _reading.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    public void Dispose() => _response.Dispose();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 14];
        try
        {
            await using Stream stream = await _response.Content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and int count)
            {
                lock (_body)
                {
                    _body.Write(buffer, 0, count);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The server has dropped the connection, or the test has ended.
        }
    }
}
