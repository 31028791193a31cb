using Linnet.Clock;

namespace Linnet.Playback.Devices;

/// <summary>A thread of its own for a device that waits for the sound card.</summary>
internal static class AudioThread
{
    /// <summary>Runs <paramref name="work"/> to its end, with sharp timers and as much priority as the system grants.</summary>
    internal static Task RunAsync(string name, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(Run) { Name = name, IsBackground = true, Priority = ThreadPriority.Highest };
        thread.Start();
        return done.Task;

        void Run()
        {
            try
            {
                DeadlineWaiter.UsePreciseTimers(isLast: true);
                work();
                done.SetResult();
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }
}
