using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast.Streams;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

/// <summary>An output that sends directly to a socket: with one call for several pieces on Linux, with one for each elsewhere.</summary>
public sealed class SocketOutputTests : IDisposable
{
    private const int PieceLength = 60_000;

    private readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _far;

    public SocketOutputTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _near.SendBufferSize = 1 << 20;
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_send_takes_all_pieces_that_there_is_room_for(bool gathers)
    {
        Assert.SkipWhen(gathers && !OperatingSystem.IsLinux(), "Only Linux is asked to gather.");
        var output = new SocketOutput(_near, gathers);
        byte[] all = new byte[1000 + (3 * PieceLength)];
        new Random(1).NextBytes(all);
        byte[] pinned = StreamPiece.Copy(all);

        int sent = output.Send(
            all.AsSpan(0, 1000),
            [.. Enumerable.Range(0, 3).Select(i => new StreamPiece(pinned, 1000 + (i * PieceLength), PieceLength))]);

        Assert.Equal(all.Length, sent);
        byte[] received = new byte[all.Length];
        for (int read = 0; read < received.Length;)
        {
            read += _far.Receive(received, read, received.Length - read, SocketFlags.None);
        }

        Assert.Equal(all, received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_reads_nothing_gets_what_fits_and_then_nothing(bool gathers)
    {
        Assert.SkipWhen(gathers && !OperatingSystem.IsLinux(), "Only Linux is asked to gather.");
        var output = new SocketOutput(_near, gathers);
        var piece = new StreamPiece(StreamPiece.Allocate(PieceLength), 0, PieceLength);
        int most = 0;
        for (int sent = 1; sent > 0; most += sent)
        {
            sent = output.Send([], [piece, piece]);
            Assert.InRange(sent, 0, 2 * PieceLength);
        }

        Assert.InRange(most, 1, 100 << 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_closed_connection_is_broken(bool gathers)
    {
        Assert.SkipWhen(gathers && !OperatingSystem.IsLinux(), "Only Linux is asked to gather.");
        var output = new SocketOutput(_near, gathers);
        var piece = new StreamPiece(StreamPiece.Allocate(PieceLength), 0, PieceLength);
        _near.Dispose();

        Assert.Equal(-1, output.Send([], [piece, piece]));
    }
}
