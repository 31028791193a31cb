using Linnet.Transports;

namespace Linnet.Tests.Transports;

public sealed class TogetherTests : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _part = new();
    private bool _hasEnded;

    [Fact]
    public async Task A_part_that_fails_ends_the_others_and_its_failure_is_passed_on()
    {
        Task running = Together.RunAsync([RunAsync, _ => _part.Task], _ending.Token);
        Assert.False(running.IsCompleted);

        _part.SetException(new InvalidOperationException("The port is gone."));

        InvalidOperationException failed = await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        Assert.Equal("The port is gone.", failed.Message);
        Assert.True(_hasEnded);
    }

    [Fact]
    public async Task A_part_that_ends_by_itself_ends_the_others_and_is_a_failure()
    {
        Task running = Together.RunAsync([RunAsync, _ => _part.Task], _ending.Token);

        _part.SetResult();

        await Assert.ThrowsAsync<IOException>(() => running);
        Assert.True(_hasEnded);
    }

    [Fact]
    public async Task A_part_that_throws_at_once_ends_the_others()
    {
        Task running = Together.RunAsync([RunAsync, static _ => throw new InvalidOperationException()], _ending.Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        Assert.True(_hasEnded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task It_returns_when_it_is_cancelled(int parts)
    {
        Task running = Together.RunAsync([.. Enumerable.Repeat<Func<CancellationToken, Task>>(RunAsync, parts)], _ending.Token);
        Assert.False(running.IsCompleted);

        await _ending.CancelAsync();

        await running;
        Assert.Equal(parts > 0, _hasEnded);
    }

    public void Dispose() => _ending.Dispose();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hasEnded = true;
    }
}
