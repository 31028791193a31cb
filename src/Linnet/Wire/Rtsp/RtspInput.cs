namespace Linnet.Wire.Rtsp;

/// <summary>The result of a read.</summary>
internal enum RtspReadResult
{
    /// <summary>The rest has not arrived yet.</summary>
    NeedMore,

    /// <summary>One message or frame was read.</summary>
    Done,

    /// <summary>The peer broke the protocol: answer with <see cref="RtspReader.Refusal"/> and close.</summary>
    Invalid,
}

/// <summary>One item read from an RTSP connection: a message, or a frame between messages.</summary>
internal readonly struct RtspInput
{
    internal RtspInput(RtspMessage message) => Message = message;

    internal RtspInput(InterleavedFrame frame) => Frame = frame;

    /// <summary>An <see cref="RtspRequest"/> or an <see cref="RtspResponse"/>. <see langword="null"/>: it was a frame.</summary>
    public RtspMessage? Message { get; }

    /// <summary>The frame, if <see cref="Message"/> is <see langword="null"/>.</summary>
    public InterleavedFrame Frame { get; }
}

/// <summary>Why a reader gave up, and the answer.</summary>
/// <param name="Status">400, 413, 414 or 505.</param>
/// <param name="Reason">A sentence for a log or a counter; holds nothing that the peer sent.</param>
/// <param name="CSeq">The refused message's <c>CSeq</c>, if it preceded the fault.</param>
internal sealed record RtspRefusal(RtspStatus Status, string Reason, string? CSeq)
{
    /// <summary>The answer to send before closing.</summary>
    public RtspResponse ToResponse()
    {
        var response = new RtspResponse(Status);
        response.Headers[RtspHeaderNames.CSeq] = CSeq;
        response.Headers.Add(RtspHeaderNames.Connection, "close");
        return response;
    }
}
