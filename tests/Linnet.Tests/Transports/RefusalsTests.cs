using System.Net;
using Linnet.Diagnostics;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.PyAudio;

namespace Linnet.Tests.Transports;

public class RefusalsTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 5000);

    private readonly List<(PyAudioRefusal Reason, long Unsaid)> _logged = [];

    [Fact]
    public void Each_reason_is_logged_at_intervals_and_all_are_counted()
    {
        var time = new SettableTime(1000);
        var refusals = new Refusals<PyAudioRefusal>(Log, time);

        refusals.Count(Client, PyAudioRefusal.NotHello);
        refusals.Count(Client, PyAudioRefusal.NotHello);
        refusals.Count(Client, PyAudioRefusal.TooMany);
        time.Timestamp += 10_000;
        refusals.Count(Client, PyAudioRefusal.NotHello);

        Assert.Equal([(PyAudioRefusal.NotHello, 0), (PyAudioRefusal.TooMany, 0), (PyAudioRefusal.NotHello, 1)], _logged);
        Assert.Equal((3, 1), (refusals.Read()[PyAudioRefusal.NotHello], refusals.Read()[PyAudioRefusal.TooMany]));
        Assert.DoesNotContain(PyAudioRefusal.Spoke, refusals.Read().Keys);
    }

    [Fact]
    public void Without_a_clock_every_refusal_is_logged()
    {
        var refusals = new Refusals<PyAudioRefusal>(Log);

        refusals.Count(Client, PyAudioRefusal.Spoke);
        refusals.Count(Client, PyAudioRefusal.Spoke);

        Assert.Equal([(PyAudioRefusal.Spoke, 0), (PyAudioRefusal.Spoke, 0)], _logged);
    }

    [Fact]
    public void Counters_may_be_shared_and_a_refusal_may_be_counted_without_a_log_line()
    {
        var counts = new ReasonCounts<PyAudioRefusal>();
        var first = new Refusals<PyAudioRefusal>(Log, counts: counts);
        var second = new Refusals<PyAudioRefusal>(Log, counts: counts);

        first.Count(PyAudioRefusal.TooMany);
        second.Count(PyAudioRefusal.TooMany);

        Assert.Equal(2, counts.Read()[PyAudioRefusal.TooMany]);
        Assert.Empty(_logged);
    }

    private void Log(IPEndPoint remote, PyAudioRefusal reason, Unsaid unsaid)
    {
        Assert.Equal(Client, remote);
        _logged.Add((reason, unsaid.Count));
    }
}
