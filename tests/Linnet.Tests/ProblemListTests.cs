using System.Reflection;
using System.Runtime.CompilerServices;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Playback;
using Linnet.Receive;
using Linnet.Serving;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtsp;

namespace Linnet.Tests;

/// <summary>The messages about options outside their limits: users and programs know these texts.</summary>
public class ProblemListTests
{
    private static readonly Uri Address = new("rtsp://127.0.0.1/live");

    public static TheoryData<IEnumerable<string>, string> Shown => new()
    {
        // Numbers.
        { new SenderOptions { Threads = 65 }.Problems(), "Threads is 65; it must be between 1 and 64." },
        { new RadioServerOptions { MaxWaiting = 0 }.Problems(), "MaxWaiting is 0; it must be between 1 and 1000000." },
        { new RtspServerOptions { MaxSessions = 0 }.Problems(), "MaxSessions is 0; it must be between 1 and 1,000,000." },
        {
            new RtspServerOptions { MaxMessagesPerSecond = 1_000_001 }.Problems(),
            "MaxMessagesPerSecond is 1000001; it must be between 50 and 1,000,000."
        },
        {
            new RtspServerOptions { MaxSessionsPerConnection = 129 }.Problems(),
            "MaxSessionsPerConnection is 129; it must be between 1 and 128."
        },
        { new StationOptions { Name = "a", MaxOnDemand = -1 }.Problems(), "MaxOnDemand is -1; it must be between 0 and 16." },
        { new StationOptions { Name = "a", OpusComplexity = 11 }.Problems(), "The Opus complexity is 11; it must be between 0 and 10." },
        { new StationOptions { Name = "a", Mp3Quality = 10 }.Problems(), "MP3: Quality is 10; it must be between 0 and 9." },
        {
            new StationOptions { Name = "a", OpusBitRate = 5999 }.Problems(),
            "The Opus bit rate is 5999; it must be between 6000 and 510000 bits per second."
        },
        {
            new PushServerOptions { MaxBitRate = 7999 }.Problems(),
            "MaxBitRate is 7999; it must be between 8000 and 1000000000 bits per second."
        },
        { new PlayerOptions { Url = Address, Volume = double.NaN }.Problems(), "Volume is NaN; it must be between 0 and 8." },
        { new StationServerOptions { RtpPort = 65_535 }.Problems(), "The RTP port is 65535; it must be between 0 and 65534." },
        { new PyAudioServerOptions { UdpPort = -1 }.Problems(), "PyAudio UDP port is -1; it must be between 0 and 65535." },

        // Sizes.
        { new SenderOptions { MaxKernelBytes = 7 }.Problems(), "MaxKernelBytes is 7; it must be between 16 MiB and 64 GiB." },
        { new RadioServerOptions { MaxBufferBytes = 7 }.Problems(), "MaxBufferBytes is 7; it must be between 1048576 and 68719476736." },

        // Times.
        { new SenderOptions { MaxLag = Milliseconds(99) }.Problems(), "MaxLag is 00:00:00.0990000; it must be between 100 ms and 60 s." },
        {
            new StationOptions { Name = "a", StreamPreRoll = Milliseconds(30_001) }.Problems(),
            "StreamPreRoll is 00:00:30.0010000; it must be between 0 and 30 s."
        },
        {
            new RtspServerOptions { EndLinger = Milliseconds(-1) }.Problems(),
            "EndLinger is -00:00:00.0010000; it must be between 0 s and 300 s."
        },
        { new PyAudioServerOptions { LeaseTime = TimeSpan.Zero }.Problems(), "LeaseTime is 00:00:00; it must be between 1 s and 86400 s." },
        {
            new PyAudioReceiverOptions { Address = null!, Tolerance = TimeSpan.Zero }.Problems(),
            "Tolerance is 00:00:00; it must be between 0.001 and 10 s."
        },
        {
            new PlayerOptions { Url = Address, MinReconnectDelay = TimeSpan.Zero }.Problems(),
            "MinReconnectDelay is 00:00:00; it must be between 10 ms and 1 min."
        },
        {
            new StreamOptions { Burst = Milliseconds(499) }.Problems(),
            "Burst is 00:00:00.4990000; it must be between WriteInterval (00:00:00.5000000) and 10 s."
        },
        { new IngestOptions { Target = Milliseconds(100), Most = Milliseconds(199) }.Problems(), MostOf("00:00:00.1990000") },
        { new IngestOptions { Most = TimeSpan.MaxValue }.Problems(), MostOf("10675199.02:48:05.4775807") },
        { new ReceiverOptions { Latency = TimeSpan.Zero }.Problems(), "Latency is 00:00:00; it must be between 1 ms and 10 s." },
    };

    [Theory]
    [MemberData(nameof(Shown), DisableDiscoveryEnumeration = true)]
    public void A_message_tells_the_setting_its_value_and_the_limits(IEnumerable<string> problems, string message) =>
        Assert.Equal([message], problems);

    [Fact]
    public void Limits_are_inclusive()
    {
        Assert.Empty(new ProblemList()
            .Between(1, 1, 2)
            .Between(2, 1, 2)
            .Between(4096, "4 KiB", "8 KiB")
            .Between(8192, "4 KiB", "8 KiB")
            .Between(1_000_000, "1", "1,000,000")
            .Between(Milliseconds(100), "0.1", "60 s")
            .Between(TimeSpan.FromMinutes(1), "0.1", "60 s"));
        Assert.Equal(6, new ProblemList()
            .Between(0, 1, 2)
            .Between(3, 1, 2)
            .Between(4095, "4 KiB", "8 KiB")
            .Between(8193, "4 KiB", "8 KiB")
            .Between(Milliseconds(99.9999), "0.1", "60 s")
            .Between(Milliseconds(60_000.0001), "0.1", "60 s")
            .Count());
    }

    [Fact]
    public void Problems_keep_their_order()
    {
        int gain = 7;

        Assert.Equal(
            ["gain is 7; it must be between 1 and 2.", "Two: -1.", "three", "The gain is 7; it must be between 1 and 2 dB."],
            new ProblemList()
                .Between(gain, 1, 2)
                .Require(false, $"Two: {-1}.")
                .Require(true, $"Not this.")
                .Include(["three"])
                .Include(null)
                .Between(gain, 1, 2, "dB", "The gain"));
    }

    [Fact]
    public void Every_limit_of_every_options_can_be_read()
    {
        Type[] options = [.. typeof(IValidatable).Assembly.GetTypes()
            .Where(static type => type.IsAssignableTo(typeof(IValidatable)) && type is { IsAbstract: false, IsInterface: false })];

        Assert.True(options.Length > 15, $"There are {options.Length} options.");
        Assert.All(options, static type =>
        {
            // Also where a property is null that must not be: a program in another language may leave it so.
            var one = (IValidatable)(HasDefault(type)
                ? Activator.CreateInstance(type, nonPublic: true)! : RuntimeHelpers.GetUninitializedObject(type));
            Assert.All(one.Problems(), static problem => Assert.EndsWith(".", problem, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_longest_time_is_a_problem_and_no_error() => Assert.Equal(
        ["Target is 10675199.02:48:05.4775807; it must be between 100 ms and 3 s.", MostOf("00:00:03")],
        new IngestOptions { Target = TimeSpan.MaxValue, Most = TimeSpan.FromSeconds(3) }.Problems());

    private static bool HasDefault(Type type) =>
        type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is not null;

    private static string MostOf(string value) => $"Most is {value}; it must be at least twice Target and at most 30 s.";

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
