using System.Buffers.Binary;
using System.Security.Cryptography;
using Linnet.Broadcast;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>How our client and our server agree on SRTP over UDP: only under TLS, which carries the key.</summary>
/// <remarks>
/// A feature tag in <c>Supported</c> of DESCRIBE and SETUP, repeated in the response. SETUP then asks for <c>RTP/SAVP</c>, and its response
/// has the session's key in <c>Linnet-Srtp</c> (<see cref="LinnetSrtpHeader"/>). Other clients under TLS get interleaved audio only.
/// </remarks>
internal static class SrtpFeature
{
    /// <summary>The feature tag.</summary>
    internal const string Tag = "linnet.srtp";

    /// <summary>Whether the sender of a message supports the feature.</summary>
    internal static bool IsSupportedBy(RtspMessage message) => message.Headers.Members(RtspHeaderNames.Supported).Contains(Tag);

    /// <summary>Confirms the feature in a response, if it can be used. Other clients get no tag.</summary>
    internal static RtspResponse Confirm(RtspResponse response, bool isOffered)
    {
        if (isOffered)
        {
            response.Headers.Add(RtspHeaderNames.Supported, Tag);
        }

        return response;
    }

    /// <summary>Makes a new key for a session, and gives its client an SSRC that the stream does not use.</summary>
    internal static LinnetSrtpHeader NewTerms(RtpStreamIdentity stream)
    {
        uint listener;
        do
        {
            listener = BinaryPrimitives.ReadUInt32BigEndian(RandomNumberGenerator.GetBytes(sizeof(uint)));
        }
        while (listener == stream.Ssrc || listener == stream.RtxSsrc);

        return new LinnetSrtpHeader(SrtpMasterKey.Random(), stream.Ssrc, stream.RtxSsrc, listener);
    }

    /// <summary>Adds the key to the response to SETUP, if there is one.</summary>
    internal static RtspResponse Tell(RtspResponse response, SrtpSession? session)
    {
        if (session is not null)
        {
            response.Headers.Add(RtspHeaderNames.LinnetSrtp, session.Terms.Write());
        }

        return Confirm(response, session is not null);
    }

    /// <summary>The key in the response to SETUP; <see langword="null"/> if there is none.</summary>
    internal static LinnetSrtpHeader? Read(RtspResponse response) =>
        IsSupportedBy(response) && LinnetSrtpHeader.TryParse(response.Headers[RtspHeaderNames.LinnetSrtp], out LinnetSrtpHeader? terms)
            ? terms
            : null;
}
