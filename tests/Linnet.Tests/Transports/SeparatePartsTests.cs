using Linnet.Tests.Fakes;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public sealed class SeparatePartsTests : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly RecordingLogger _log = new();
    private readonly TaskCompletionSource _udp = new();
    private readonly TaskCompletionSource _tcp = new();
    private bool _hasEnded;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_part_that_fails_or_ends_by_itself_is_logged_and_the_others_continue(bool isFailure)
    {
        Task running = RunAsync(("TCP", RunPartAsync), ("UDP", _ => _udp.Task));

        End(_udp, isFailure);

        Assert.Equal(["530 UDP failed and accepts no listeners until the server is restarted. These still work: TCP"], await LoggedAsync());
        Assert.False(running.IsCompleted || _hasEnded);
        await _ending.CancelAsync();
        await running;
        Assert.True(_hasEnded);
    }

    [Fact]
    public async Task A_part_that_throws_at_once_ends_alone()
    {
        Task running = RunAsync(("UDP", static _ => throw new InvalidOperationException()), ("TCP", RunPartAsync));

        await LoggedAsync();

        Assert.False(running.IsCompleted || _hasEnded);
        await _ending.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_last_part_has_ended_by_itself_that_is_a_failure(bool isFailure)
    {
        Task running = RunAsync(("TCP", _ => _tcp.Task), ("UDP", _ => _udp.Task));
        _udp.SetException(new InvalidOperationException("The port is gone."));
        await LoggedAsync();

        End(_tcp, isFailure);

        Exception failed = await Assert.ThrowsAnyAsync<Exception>(() => running);
        Assert.Equal(isFailure ? "It broke." : "TCP has ended by itself.", failed.Message);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task A_part_that_fails_while_it_is_being_cancelled_is_passed_on()
    {
        Task running = RunAsync(("TCP", RunPartAsync), ("UDP", _ => _udp.Task));

        await _ending.CancelAsync();
        End(_udp, isFailure: true);

        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task It_returns_when_it_is_cancelled(int parts)
    {
        Task running = RunAsync([.. Enumerable.Range(0, parts).Select(i => ($"{i}", (Func<CancellationToken, Task>)RunPartAsync))]);
        Assert.False(running.IsCompleted);

        await _ending.CancelAsync();

        await running;
        Assert.Equal(parts > 0, _hasEnded);
        Assert.Empty(_log.Lines);
    }

    public void Dispose() => _ending.Dispose();

    private static void End(TaskCompletionSource part, bool isFailure)
    {
        if (isFailure)
        {
            part.SetException(new InvalidOperationException("It broke."));
        }
        else
        {
            part.SetResult();
        }
    }

    private Task RunAsync(params (string Name, Func<CancellationToken, Task> RunAsync)[] parts) =>
        SeparateParts.RunAsync(parts, _log, _ending.Token);

    private async Task<IReadOnlyList<string>> LoggedAsync()
    {
        while (_log.Lines.Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return _log.Lines;
    }

    private async Task RunPartAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hasEnded = true;
    }
}
