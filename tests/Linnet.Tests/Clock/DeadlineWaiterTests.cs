using Linnet.Clock;

namespace Linnet.Tests.Clock;

public class DeadlineWaiterTests
{
    [Fact]
    public void A_wait_never_ends_before_its_deadline()
    {
        using var waiter = new DeadlineWaiter(TimeProvider.System);
        for (int i = 0; i < 20; i++)
        {
            long deadline = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 2000);
            waiter.WaitUntil(deadline);
            Assert.True(TimeProvider.System.GetTimestamp() >= deadline);
        }
    }

    [Fact]
    public void A_wake_before_the_wait_ends_it_at_once()
    {
        using var waiter = new DeadlineWaiter(TimeProvider.System);
        waiter.Wake();
        waiter.WaitUntil(DeadlineWaiter.Never);
    }

    [Fact]
    public void A_deadline_announced_between_two_waits_shortens_the_next()
    {
        using var waiter = new DeadlineWaiter(TimeProvider.System);
        long soon = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 1000);

        waiter.WakeBefore(soon);
        waiter.WaitUntil(DeadlineWaiter.Never);
        Assert.True(TimeProvider.System.GetTimestamp() >= soon);

        // It counts once: the next wait lasts until its own deadline.
        long later = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 1000);
        waiter.WaitUntil(later);
        Assert.True(TimeProvider.System.GetTimestamp() >= later);
    }

    [Fact]
    public async Task Waking_ends_only_waits_for_a_later_deadline()
    {
        using var waiter = new DeadlineWaiter(TimeProvider.System);
        long now = TimeProvider.System.GetTimestamp();
        long hour = 3600 * TimeProvider.System.TimestampFrequency;
        using var started = new ManualResetEventSlim();
        Task wait = Task.Run(
            () =>
            {
                started.Set();
                waiter.WaitUntil(now + hour);
            },
            TestContext.Current.CancellationToken);
        started.Wait(TestContext.Current.CancellationToken);

        waiter.WakeBefore(now + (2 * hour));
        Assert.False(wait.IsCompleted);

        while (!wait.IsCompleted)
        {
            waiter.WakeBefore(now);
            await Task.Yield();
        }

        await wait;
    }

    [Fact]
    public void A_wake_after_disposal_does_not_write_to_a_newly_opened_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has event descriptors.");

        // The lowest free number is used next, so some of these files get the numbers that the waiters had. Other tests may take some, too,
        // so there are many files.
        string folder = Directory.CreateTempSubdirectory("linnet-waiter-").FullName;
        DeadlineWaiter[] waiters = [.. Enumerable.Range(0, 100).Select(_ => new DeadlineWaiter(TimeProvider.System))];
        Array.ForEach(waiters, w => w.Dispose());
        FileStream[] files =
            [.. Enumerable.Range(0, 100)
                .Select(i => new FileStream(
                    Path.Combine(folder, $"{i}"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0))];
        try
        {
            Array.ForEach(waiters, w => w.Wake());
            Array.ForEach(waiters, w => w.WakeBefore(0));

            Assert.All(files, f => Assert.Equal(0, f.Length));
        }
        finally
        {
            Array.ForEach(files, f => f.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Waiting_after_disposal_throws()
    {
        var waiter = new DeadlineWaiter(TimeProvider.System);
        waiter.Dispose();

        Assert.Throws<ObjectDisposedException>(() => waiter.WaitUntil(DeadlineWaiter.Never));
    }
}
