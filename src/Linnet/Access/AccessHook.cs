using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Access;

/// <summary>
/// Asks another service whether a client may listen or push, in the form of Icecast's authentication by URL. Any thread may call.
/// </summary>
/// <remarks>
/// A client is admitted by a status of 2xx with the header <c>icecast-auth-user: 1</c>, and refused by any other 2xx or 4xx. Everything
/// else is a failure, and so is no answer in time. <c>icecast-auth-timelimit: SECONDS</c> limits how long a listener may stay. The same
/// question is asked once at a time, and its answer is remembered.
/// </remarks>
/// <param name="options">Where to ask, and what holds if there is no answer.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs failures at intervals.</param>
internal sealed class AccessHook(AccessHookOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>The most questions at a time, and as many notices of listeners that left.</summary>
    internal const int MaxQuestions = 32;

    /// <summary>The most questions at a time about clients of one address (IPv6: of one /64 network).</summary>
    internal const int MaxQuestionsPerAddress = 8;

    /// <summary>The most answers that are remembered; the oldest is dropped first.</summary>
    internal const int MaxAnswers = 4096;

    private const string Header = "icecast-auth-user";
    private const string LimitHeader = "icecast-auth-timelimit";

    // A longer limit is none: no connection lasts for a month.
    private const int MaxLimitSeconds = 30 * 24 * 3600;

    // Long enough that a service's new address is found, short enough that questions share connections.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Answer> _answers = [];
    private readonly Queue<UInt128> _byAge = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly LogThrottle _sayingFailed = new(time);
    private readonly LogThrottle _sayingBusy = new(time);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = 2 * MaxQuestions,
        PooledConnectionLifetime = ConnectionLife,
    });

    private readonly PeerQuota _asking = new(MaxQuestions, MaxQuestionsPerAddress);
    private volatile bool _isReplaced;
    private int _telling;
    private long _clients;

    /// <summary>The options.</summary>
    internal AccessHookOptions Options => options;

    /// <summary>Asks about a client.</summary>
    /// <param name="request">What the client wants to do.</param>
    /// <param name="user">The name it gave; empty: none.</param>
    /// <param name="password">The password it gave.</param>
    /// <param name="cancellationToken">Ends the wait, but not the question: others may wait for the answer.</param>
    /// <returns>The verdict, and for a listener that was admitted what is told at its end.</returns>
    internal async Task<(AccessVerdict Verdict, HookVisit? Visit)> AskAsync(
        AccessRequest request, string user, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        Task<Reply> asking;
        IReadOnlyList<KeyValuePair<string, string>> fields = FieldsOf(request, user, password.Span);
        UInt128 key = KeyOf(request, user, password.Span);
        lock (_gate)
        {
            if (_answers.TryGetValue(key, out Answer? known) && !known.IsOver(time))
            {
                (asking, fields) = (known.Task, known.Fields);
            }
            else if (!_asking.TryEnter(PeerAddress.Of(request.Client.Address), out bool isFull))
            {
                if (isFull && _sayingBusy.TrySay(out Unsaid unsaid))
                {
                    logger.HookIsBusy(Service, MaxQuestions, unsaid);
                }

                return (AccessVerdict.TooMany, null);
            }
            else
            {
                asking = FetchAsync(key, fields, request);
                Keep(key, new Answer(asking, fields));
            }
        }

        (bool? isAdmitted, long? endsAt) = await asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        AccessVerdict verdict = isAdmitted switch
        {
            true => AccessVerdict.Allowed,
            false => user.Length + password.Length == 0 ? AccessVerdict.Unnamed : AccessVerdict.Wrong,
            null => options.AdmitsOnFailure && !_isReplaced ? AccessVerdict.Allowed : AccessVerdict.NoAnswer,
        };
        return (verdict, isAdmitted is true && request.Action is AccessAction.Listen
            ? new HookVisit(this, fields, time.GetTimestamp()) { EndsAt = endsAt } : null);
    }

    /// <summary>Tells the service that a listener has left. Returns at once; under load a notice may be dropped.</summary>
    internal void TellEnd(IReadOnlyList<KeyValuePair<string, string>> fields, long since)
    {
        if (Interlocked.Increment(ref _telling) > MaxQuestions)
        {
            Interlocked.Decrement(ref _telling);
            return;
        }

        string seconds = ((long)time.GetElapsedTime(since).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        _ = TellAsync([new("action", "listener_remove"), .. fields.Where(static f => f.Key != "action"), new("duration", seconds)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isReplaced = true;
        _client.Dispose();
    }

    private string Service => options.Address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private async Task TellAsync(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using HttpResponseMessage answer = await PostAsync(fields).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody waits for it.
        }
        finally
        {
            Interlocked.Decrement(ref _telling);
        }
    }

    // Never throws.
    private async Task<Reply> FetchAsync(UInt128 key, IReadOnlyList<KeyValuePair<string, string>> fields, AccessRequest request)
    {
        // Not under the lock of the caller.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool? isAdmitted = null;
        long? endsAt = null;
        try
        {
            using HttpResponseMessage answer = await PostAsync(fields).ConfigureAwait(false);
            if ((int)answer.StatusCode is (>= 200 and < 300) or (>= 400 and < 500))
            {
                isAdmitted = answer.IsSuccessStatusCode
                    && answer.Headers.TryGetValues(Header, out IEnumerable<string>? values) && values.Any(static v => v.Trim() == "1");
                endsAt = LimitOf(answer) is int seconds ? time.GetTimestamp() + (seconds * time.TimestampFrequency) : null;
            }
            else
            {
                SayFailed(request.Action, string.Create(CultureInfo.InvariantCulture, $"it answers {(int)answer.StatusCode}"));
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            SayFailed(
                request.Action, e is OperationCanceledException ? "it does not answer in time" : e.GetBaseException().Message.TrimEnd('.'));
        }
        finally
        {
            _asking.Leave(PeerAddress.Of(request.Client.Address));
            lock (_gate)
            {
                if (isAdmitted is null || options.CacheTime <= TimeSpan.Zero)
                {
                    _answers.Remove(key);
                }
                else if (_answers.TryGetValue(key, out Answer? kept))
                {
                    // After the limit the service is asked again.
                    long until = time.GetTimestamp() + (long)(options.CacheTime.TotalSeconds * time.TimestampFrequency);
                    kept.Until = Math.Min(until, endsAt ?? until);
                }
            }
        }

        return new Reply(isAdmitted, endsAt);
    }

    private static int? LimitOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues(LimitHeader, out IEnumerable<string>? values)
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
        && seconds is > 0 and <= MaxLimitSeconds ? seconds : null;

    private async Task<HttpResponseMessage> PostAsync(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        using var late = new CancellationTokenSource(options.Timeout, time);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Address) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("User-Agent", "Linnet");
        return await _client.SendAsync(request, late.Token).ConfigureAwait(false);
    }

    // Under the lock.
    private void Keep(UInt128 key, Answer answer)
    {
        if (!_answers.ContainsKey(key))
        {
            _byAge.Enqueue(key);
        }

        _answers[key] = answer;
        while (_byAge.Count > MaxAnswers)
        {
            _answers.Remove(_byAge.Dequeue());
        }
    }

    private void SayFailed(AccessAction action, string problem)
    {
        if (_sayingFailed.TrySay(out Unsaid unsaid))
        {
            logger.HookFailed(Service, action.ToWords(), problem, options.AdmitsOnFailure ? "admitted" : "refused", unsaid);
        }
    }

    private IReadOnlyList<KeyValuePair<string, string>> FieldsOf(AccessRequest request, string user, ReadOnlySpan<byte> password)
    {
        int colon = request.Server.LastIndexOf(':');
        bool hasPort = colon >= 0 && !request.Server.EndsWith(']');
        string host = hasPort ? request.Server[..colon] : request.Server;
        string port = hasPort ? request.Server[(colon + 1)..] : "";
        string pass = Encoding.UTF8.GetString(password);
        string address = request.Client.Address.ToString();
        return request.Action is AccessAction.Push
            ?
            [
                new("action", "stream_auth"), new("mount", request.Mount), new("ip", address), new("server", host), new("port", port),
                new("user", user), new("pass", pass),
            ]
            :
            [
                new("action", "listener_add"), new("server", host), new("port", port),
                new("client", Interlocked.Increment(ref _clients).ToString(CultureInfo.InvariantCulture)),
                new("mount", request.Mount), new("user", user), new("pass", pass), new("ip", address), new("agent", request.Agent),
            ];
    }

    private UInt128 KeyOf(AccessRequest request, string user, ReadOnlySpan<byte> password)
    {
        // Names of stations and addresses hold no line break; the password comes last.
        byte[] text = Encoding.UTF8.GetBytes(
            $"{request.Action}\n{request.Station}\n{request.Client.Address}\n{request.Mount.Length}\n{request.Mount}\n"
                + $"{user.Length}\n{user}\n");
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, [.. text, .. password], mac);
        return BinaryPrimitives.ReadUInt128LittleEndian(mac);
    }

    /// <summary>What the service said.</summary>
    /// <param name="IsAdmitted">Whether it admits the client; <see langword="null"/>: it failed.</param>
    /// <param name="EndsAt">When a listener has to leave, as a timestamp; <see langword="null"/>: it may stay.</param>
    private readonly record struct Reply(bool? IsAdmitted, long? EndsAt);

    private sealed class Answer(Task<Reply> task, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        internal Task<Reply> Task => task;

        internal IReadOnlyList<KeyValuePair<string, string>> Fields => fields;

        internal long Until { get; set; } = long.MaxValue;

        internal bool IsOver(TimeProvider time) => time.GetTimestamp() >= Until;
    }
}
