using System.Buffers.Binary;
using Linnet.Broadcast;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Many listeners of station jazz: by UDP and within connections, every other one of which takes nothing.</summary>
internal sealed class Crowd(RtspTestServer server) : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly List<IDisposable> _owned = [];
    private readonly List<Task> _reading = [];

    public List<Reader> Readers { get; } = [];

    public async Task JoinAsync(int udp, int tcp)
    {
        for (int i = 0; i < udp + tcp; i++)
        {
            bool reads = i % 2 == 0;
            RawRtspClient client = await server.ConnectAsync(receiveBuffer: reads ? 0 : 4096, lifetime: Lifetime);
            _owned.Add(client);
            var reader = new Reader();
            if (i < udp)
            {
                var ears = new UdpEars();
                _owned.Add(ears);
                await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
                await client.RequestAsync("PLAY", server.Uri("/jazz"));
                if (reads)
                {
                    _reading.Add(reader.ReadAsync(() => ears.ReadRtpAsync()));
                }
            }
            else
            {
                await client.PlayInterleavedAsync(server.Uri("/jazz"));
                if (reads)
                {
                    _reading.Add(reader.ReadAsync(() => client.ReadFrameAsync()));
                }
            }

            if (reads)
            {
                Readers.Add(reader);
            }
        }
    }

    /// <summary>Waits until every reader has heard a packet.</summary>
    public Task HearAsync(PacketItem last) => Until.TrueAsync(() => Readers.TrueForAll(r => r.Last == last.SequenceNumber));

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(o => o.Dispose());
        await Task.WhenAll(_reading);
    }

    public sealed class Reader
    {
        /// <summary>The sequence number that came last, or -1.</summary>
        public int Last { get; private set; } = -1;

        /// <summary>Packets that did not follow the one before.</summary>
        public int Missed { get; private set; }

        public async Task ReadAsync(Func<Task<byte[]>> next)
        {
            try
            {
                while (true)
                {
                    ushort number = BinaryPrimitives.ReadUInt16BigEndian((await next()).AsSpan(2));
                    Missed += Last >= 0 && number != (ushort)(Last + 1) ? 1 : 0;
                    Last = number;
                }
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException or IOException)
            {
                // The crowd goes home.
            }
        }
    }
}
