using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Linnet.Native;

/// <summary>Has libsrtp encrypt with .NET's AES and authenticate with .NET's HMAC-SHA1, instead of what it was built with.</summary>
/// <remarks>
/// Debian's libsrtp is built with NSS, which sets up a context for each packet: 18 µs for 320 bytes, where these need 2, and 30 kB of
/// memory for a session. Source: cipher.h and auth.h of libsrtp 2.1 and later, whose functions for this test each replacement with
/// libsrtp's own vectors before they take it.
/// </remarks>
internal static unsafe partial class SrtpPrimitives
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int BadParameter = 2;
    private const uint AesCounterMode = 1;
    private const uint HmacSha1 = 3;

    // What they allocate points to these for good.
    private static CipherType* _cipher;
    private static AuthType* _auth;

    /// <summary>Whether libsrtp has accepted both. Otherwise it uses its own.</summary>
    internal static bool AreInUse { get; private set; }

    /// <summary>Replaces both, as far as libsrtp accepts that. Call it after libsrtp has started, and before any session.</summary>
    internal static void Install()
    {
        try
        {
            if (GetCipherType(AesCounterMode) is null || GetAuthType(HmacSha1) is null)
            {
                return;
            }

            _cipher = (CipherType*)NativeMemory.Alloc((nuint)sizeof(CipherType));
            *_cipher = *GetCipherType(AesCounterMode);
            _cipher->Allocate = &AllocateCipher;
            _cipher->Free = &FreeCipher;
            _cipher->SetKey = &SetCipherKey;
            _cipher->Encrypt = &Crypt;
            _cipher->Decrypt = &Crypt;
            _cipher->SetNonce = &SetNonce;
            int status = ReplaceCipher(_cipher, AesCounterMode);

            _auth = (AuthType*)NativeMemory.Alloc((nuint)sizeof(AuthType));
            *_auth = *GetAuthType(HmacSha1);
            _auth->Allocate = &AllocateAuth;
            _auth->Free = &FreeAuth;
            _auth->SetKey = &SetAuthKey;
            _auth->Compute = &ComputeAuth;
            _auth->Update = &UpdateAuth;
            _auth->Start = &StartAuth;
            AreInUse = ReplaceAuth(_auth, HmacSha1) == Ok && status == Ok;
        }
        catch (EntryPointNotFoundException)
        {
            // This libsrtp does not let its parts be replaced.
        }
    }

    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_crypto_kernel_get_cipher_type")]
    private static partial CipherType* GetCipherType(uint id);

    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_crypto_kernel_get_auth_type")]
    private static partial AuthType* GetAuthType(uint id);

    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_replace_cipher_type")]
    private static partial int ReplaceCipher(CipherType* type, uint id);

    [LibraryImport(NativeLibraries.Srtp, EntryPoint = "srtp_replace_auth_type")]
    private static partial int ReplaceAuth(AuthType* type, uint id);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AllocateCipher(Cipher** cipher, int keyLength, int tagLength)
    {
        if (keyLength != CounterMode.KeyLength)
        {
            return BadParameter;
        }

        *cipher = (Cipher*)NativeMemory.AllocZeroed((nuint)sizeof(Cipher));
        **cipher = new Cipher { Type = _cipher, KeyLength = keyLength, Algorithm = (int)AesCounterMode };
        (*cipher)->State = GCHandle.ToIntPtr(GCHandle.Alloc(new CounterMode()));
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FreeCipher(Cipher* cipher)
    {
        Free<CounterMode>(cipher->State);
        NativeMemory.Free(cipher);
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetCipherKey(nint state, byte* key)
    {
        try
        {
            StateOf<CounterMode>(state).SetKey(new ReadOnlySpan<byte>(key, CounterMode.KeyLength));
            return Ok;
        }
        catch (Exception)
        {
            return Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetNonce(nint state, byte* nonce, int direction)
    {
        StateOf<CounterMode>(state).SetNonce(new ReadOnlySpan<byte>(nonce, CounterMode.BlockLength));
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Crypt(nint state, byte* buffer, uint* length)
    {
        try
        {
            StateOf<CounterMode>(state).Crypt(new Span<byte>(buffer, checked((int)*length)));
            return Ok;
        }
        catch (Exception)
        {
            return Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AllocateAuth(Auth** auth, int keyLength, int tagLength)
    {
        if (tagLength is < 0 or > SHA1.HashSizeInBytes || keyLength < 0)
        {
            return BadParameter;
        }

        *auth = (Auth*)NativeMemory.AllocZeroed((nuint)sizeof(Auth));
        **auth = new Auth { Type = _auth, TagLength = tagLength, KeyLength = keyLength };
        (*auth)->State = GCHandle.ToIntPtr(GCHandle.Alloc(new Mac()));
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FreeAuth(Auth* auth)
    {
        Free<Mac>(auth->State);
        NativeMemory.Free(auth);
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetAuthKey(nint state, byte* key, int length)
    {
        try
        {
            StateOf<Mac>(state).SetKey(new ReadOnlySpan<byte>(key, length));
            return Ok;
        }
        catch (Exception)
        {
            return Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StartAuth(nint state)
    {
        try
        {
            StateOf<Mac>(state).Start();
            return Ok;
        }
        catch (Exception)
        {
            return Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int UpdateAuth(nint state, byte* bytes, int length)
    {
        try
        {
            StateOf<Mac>(state).Add(new ReadOnlySpan<byte>(bytes, length));
            return Ok;
        }
        catch (Exception)
        {
            return Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ComputeAuth(nint state, byte* bytes, int length, int tagLength, byte* tag)
    {
        try
        {
            Mac mac = StateOf<Mac>(state);
            mac.Add(new ReadOnlySpan<byte>(bytes, length));
            mac.Finish(new Span<byte>(tag, tagLength));
            return Ok;
        }
        catch (Exception)
        {
            return Failed;
        }
    }

    private static T StateOf<T>(nint state)
        where T : class => Unsafe.As<T>(GCHandle.FromIntPtr(state).Target!);

    private static void Free<T>(nint state)
        where T : class, IDisposable
    {
        GCHandle handle = GCHandle.FromIntPtr(state);
        ((T)handle.Target!).Dispose();
        handle.Free();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CipherType
    {
        internal delegate* unmanaged[Cdecl]<Cipher**, int, int, int> Allocate;
        internal delegate* unmanaged[Cdecl]<Cipher*, int> Free;
        internal delegate* unmanaged[Cdecl]<nint, byte*, int> SetKey;
        internal nint SetAssociatedData;
        internal delegate* unmanaged[Cdecl]<nint, byte*, uint*, int> Encrypt;
        internal delegate* unmanaged[Cdecl]<nint, byte*, uint*, int> Decrypt;
        internal delegate* unmanaged[Cdecl]<nint, byte*, int, int> SetNonce;
        internal nint GetTag;
        internal nint Description;
        internal nint TestData;
        internal uint Id;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Cipher
    {
        internal CipherType* Type;
        internal nint State;
        internal int KeyLength;
        internal int Algorithm;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AuthType
    {
        internal delegate* unmanaged[Cdecl]<Auth**, int, int, int> Allocate;
        internal delegate* unmanaged[Cdecl]<Auth*, int> Free;
        internal delegate* unmanaged[Cdecl]<nint, byte*, int, int> SetKey;
        internal delegate* unmanaged[Cdecl]<nint, byte*, int, int, byte*, int> Compute;
        internal delegate* unmanaged[Cdecl]<nint, byte*, int, int> Update;
        internal delegate* unmanaged[Cdecl]<nint, int> Start;
        internal nint Description;
        internal nint TestData;
        internal uint Id;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Auth
    {
        internal AuthType* Type;
        internal nint State;
        internal int TagLength;
        internal int KeyLength;
        internal int PrefixLength;
    }

    /// <summary>AES-128 in counter mode, with the salt of SRTP (RFC 3711 §4.1.1).</summary>
    private sealed class CounterMode : IDisposable
    {
        internal const int KeyLength = AesKeyLength + SaltLength;
        internal const int BlockLength = 16;

        private const int AesKeyLength = 16;
        private const int SaltLength = 14;
        private const int BytesAtOnce = 96 * BlockLength;

        // Of the thread, not of each session: a thousand sessions would push each other out of the processor's cache.
        [ThreadStatic]
        private static byte[]? _counters;
        [ThreadStatic]
        private static byte[]? _keystream;

        private readonly byte[] _salt = new byte[BlockLength];
        private Aes? _aes;
        private ICryptoTransform? _blocks;
        private UInt128 _first;
        private uint _position;

        internal void SetKey(ReadOnlySpan<byte> key)
        {
            Dispose();
            _aes = Aes.Create();
            _aes.Key = key[..AesKeyLength].ToArray();
            _aes.Mode = CipherMode.ECB;
            _aes.Padding = PaddingMode.None;
            _blocks = _aes.CreateEncryptor();
            key[AesKeyLength..].CopyTo(_salt);
        }

        internal void SetNonce(ReadOnlySpan<byte> nonce)
        {
            _first = BinaryPrimitives.ReadUInt128BigEndian(nonce) ^ BinaryPrimitives.ReadUInt128BigEndian(_salt);
            _position = 0;
        }

        internal void Crypt(Span<byte> bytes)
        {
            byte[] counters = _counters ??= new byte[BytesAtOnce];
            byte[] keystream = _keystream ??= new byte[BytesAtOnce];
            while (!bytes.IsEmpty)
            {
                int skip = (int)(_position % BlockLength);
                int count = Math.Min(bytes.Length, BytesAtOnce - skip);
                int blocks = (skip + count + BlockLength - 1) / BlockLength;
                UInt128 counter = _first + (_position / BlockLength);
                for (int i = 0; i < blocks; i++)
                {
                    BinaryPrimitives.WriteUInt128BigEndian(counters.AsSpan(i * BlockLength), counter++);
                }

                _blocks!.TransformBlock(counters, 0, blocks * BlockLength, keystream, 0);
                Xor(bytes[..count], keystream.AsSpan(skip));
                _position += (uint)count;
                bytes = bytes[count..];
            }
        }

        public void Dispose()
        {
            _blocks?.Dispose();
            _aes?.Dispose();
        }

        private static void Xor(Span<byte> bytes, ReadOnlySpan<byte> keystream)
        {
            int i = 0;
            for (; i + Vector128<byte>.Count <= bytes.Length; i += Vector128<byte>.Count)
            {
                (Vector128.Create((ReadOnlySpan<byte>)bytes[i..]) ^ Vector128.Create(keystream[i..])).CopyTo(bytes[i..]);
            }

            for (; i < bytes.Length; i++)
            {
                bytes[i] ^= keystream[i];
            }
        }
    }

    /// <summary>HMAC-SHA1, cut to the length of the tag.</summary>
    private sealed class Mac : IDisposable
    {
        private readonly byte[] _whole = new byte[SHA1.HashSizeInBytes];
        private IncrementalHash? _hash;
        private bool _isStarted;

        internal void SetKey(ReadOnlySpan<byte> key)
        {
            Dispose();
            _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, key);
            _isStarted = false;
        }

        internal void Start()
        {
            if (_isStarted)
            {
                _hash!.GetHashAndReset(_whole);
                _isStarted = false;
            }
        }

        internal void Add(ReadOnlySpan<byte> bytes)
        {
            _isStarted = true;
            _hash!.AppendData(bytes);
        }

        internal void Finish(Span<byte> tag)
        {
            _hash!.GetHashAndReset(_whole);
            _isStarted = false;
            _whole.AsSpan(0, tag.Length).CopyTo(tag);
        }

        public void Dispose() => _hash?.Dispose();
    }
}
