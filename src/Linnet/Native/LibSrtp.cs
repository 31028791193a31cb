using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>The calls of libsrtp. Source: srtp.h of libsrtp 2.1 and later.</summary>
internal static unsafe partial class LibSrtp
{
    internal const int Ok = 0;
    internal const int AuthenticationFailed = 7;
    internal const int Repeated = 9;
    internal const int TooOld = 10;
    internal const int NoStream = 13;

    private const uint AesCounterMode = 1;
    private const uint HmacSha1 = 3;
    private const int EncryptAndAuthenticate = 3;

    private static readonly Lazy<string?> FirstProblem = new(Start);

    /// <summary>Why SRTP does not work here, as a sentence; <see langword="null"/> if it does. The first call loads the library.</summary>
    internal static string? Problem => FirstProblem.Value;

    /// <summary>AES_CM_128_HMAC_SHA1_80 (RFC 4568 §6.2.1): a key of 16 bytes, a salt of 14 and a tag of 10.</summary>
    internal static CryptoPolicy Suite { get; } = new()
    {
        CipherType = AesCounterMode,
        CipherKeyLength = 30,
        AuthenticationType = HmacSha1,
        AuthenticationKeyLength = 20,
        TagLength = 10,
        Services = EncryptAndAuthenticate,
    };

    /// <summary>Creates a session with a list of streams.</summary>
    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_create")]
    internal static partial int Create(out SrtpHandle session, Policy* policy);

    /// <summary>Encrypts an RTP packet in place; <paramref name="length"/> grows by the tag.</summary>
    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_protect")]
    internal static partial int Protect(SrtpHandle session, byte* packet, ref int length);

    /// <summary>Checks and decrypts an SRTP packet in place.</summary>
    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_unprotect")]
    internal static partial int Unprotect(SrtpHandle session, byte* packet, ref int length);

    /// <summary>Encrypts an RTCP packet in place; <paramref name="length"/> grows by the index and the tag.</summary>
    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_protect_rtcp")]
    internal static partial int ProtectRtcp(SrtpHandle session, byte* packet, ref int length);

    /// <summary>Checks and decrypts an SRTCP packet in place.</summary>
    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_unprotect_rtcp")]
    internal static partial int UnprotectRtcp(SrtpHandle session, byte* packet, ref int length);

    /// <summary>Sets the rollover counter for the next packet of a stream; 0: as guessed from the packets so far.</summary>
    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_set_stream_roc")]
    internal static partial int SetRollover(SrtpHandle session, uint ssrc, uint rollover);

    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_dealloc")]
    internal static partial int Destroy(nint session);

    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_init")]
    private static partial int Initialize();

    private static string? Start()
    {
        if (NativeLibraries.Problem(NativeLibraries.Srtp) is string missing)
        {
            return missing;
        }

        try
        {
            int status = Initialize();
            if (status != Ok)
            {
                return $"libsrtp does not start (error {status}).";
            }

            SrtpPrimitives.Install();
            return null;
        }
        catch (EntryPointNotFoundException)
        {
            return "This libsrtp is too old: version 2.1 or later is needed.";
        }
    }

    /// <summary>What a policy is for.</summary>
    internal enum StreamKind
    {
        /// <summary>The stream with this SSRC.</summary>
        Specific = 1,

        /// <summary>Every stream that is sent.</summary>
        AnySent = 3,
    }

    /// <summary>How packets are encrypted and authenticated.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CryptoPolicy
    {
        internal uint CipherType;
        internal int CipherKeyLength;
        internal uint AuthenticationType;
        internal int AuthenticationKeyLength;
        internal int TagLength;
        internal int Services;
    }

    /// <summary>The policy of one stream, or of all that are sent. An element of a linked list.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Policy
    {
        internal StreamKind Kind;
        internal uint Ssrc;
        internal CryptoPolicy Rtp;
        internal CryptoPolicy Rtcp;
        internal byte* Key;
        internal nint Keys;
        internal CULong KeyCount;
        internal nint Deprecated;
        internal CULong WindowSize;
        internal int AllowRepeats;
        internal nint EncryptedExtensions;
        internal int EncryptedExtensionCount;
        internal Policy* Next;
    }
}

/// <summary>Owns an SRTP session. Not thread-safe.</summary>
internal sealed class SrtpHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _ = LibSrtp.Destroy(handle);
        return true;
    }
}
