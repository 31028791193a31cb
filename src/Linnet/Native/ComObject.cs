using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Linnet.Native;

/// <summary>A COM object, whose methods are called by their number in its table. Released when disposed or collected.</summary>
/// <remarks>The first three methods are those of IUnknown, so an interface's own begin with number 3.</remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class ComObject : SafeHandle
{
    private const int ReleaseMethod = 2;

    /// <summary>Owns one reference to the object.</summary>
    internal ComObject(nint pointer)
        : base(0, ownsHandle: true) => SetHandle(pointer);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The object, for an argument of a call. Keep this instance alive meanwhile.</summary>
    internal nint Pointer => handle;

    /// <summary>Calls a method without arguments.</summary>
    internal int Call(int method) => ((delegate* unmanaged[Stdcall]<nint, int>)Method(method))(handle);

    /// <summary>Calls a method with one argument the size of a pointer or smaller.</summary>
    internal int Call(int method, nint first) => ((delegate* unmanaged[Stdcall]<nint, nint, int>)Method(method))(handle, first);

    /// <summary>Calls a method whose first argument is a number and whose second one is the size of a pointer or smaller.</summary>
    internal int Call(int method, uint first, nint second) =>
        ((delegate* unmanaged[Stdcall]<nint, uint, nint, int>)Method(method))(handle, first, second);

    /// <summary>Calls a method of two numbers and a pointer.</summary>
    internal int Call(int method, uint first, uint second, nint third) =>
        ((delegate* unmanaged[Stdcall]<nint, uint, uint, nint, int>)Method(method))(handle, first, second, third);

    /// <summary>Calls a method of a number and two pointers.</summary>
    internal int Call(int method, uint first, nint second, nint third) =>
        ((delegate* unmanaged[Stdcall]<nint, uint, nint, nint, int>)Method(method))(handle, first, second, third);

    /// <summary>Calls a method of three pointers.</summary>
    internal int Call(int method, nint first, nint second, nint third) =>
        ((delegate* unmanaged[Stdcall]<nint, nint, nint, nint, int>)Method(method))(handle, first, second, third);

    /// <summary>Calls a method of two numbers and four pointers.</summary>
    internal int Call(int method, uint first, uint second, nint third, nint fourth, nint fifth, nint sixth) =>
        ((delegate* unmanaged[Stdcall]<nint, uint, uint, nint, nint, nint, nint, int>)Method(method))(
            handle, first, second, third, fourth, fifth, sixth);

    /// <summary>Reads a number of an object with attributes.</summary>
    internal uint? UInt32(Guid key)
    {
        const int GetUInt32 = 7;
        uint value;
        return Call(GetUInt32, &key, &value) < 0 ? null : value;
    }

    /// <summary>Reads an identifier of an object with attributes.</summary>
    internal Guid? Identifier(Guid key)
    {
        const int GetGuid = 10;
        Guid value;
        return Call(GetGuid, &key, &value) < 0 ? null : value;
    }

    /// <summary>Sets a number of an object with attributes.</summary>
    internal void Set(Guid key, uint value)
    {
        const int SetUInt32 = 21;
        _ = ((delegate* unmanaged[Stdcall]<nint, Guid*, uint, int>)Method(SetUInt32))(handle, &key, value);
    }

    /// <summary>Sets an identifier of an object with attributes.</summary>
    internal void Set(Guid key, Guid value)
    {
        const int SetGuid = 24;
        _ = Call(SetGuid, &key, &value);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _ = Call(ReleaseMethod);
        return true;
    }

    private int Call(int method, void* first, void* second) =>
        ((delegate* unmanaged[Stdcall]<nint, void*, void*, int>)Method(method))(handle, first, second);

    private void* Method(int method) => (*(void***)handle)[method];
}
