using Linnet.Native;

namespace Linnet.Codecs;

/// <summary>Chooses between the C library of a codec, which is faster, and the managed implementation, which is always there.</summary>
internal static class CodecChoice
{
    /// <summary>
    /// Name of the environment variable. With the value <c>managed</c>, no C library decodes or encodes, as if none were installed.
    /// </summary>
    internal const string Variable = "LINNET_CODECS";

    /// <summary>The value of <see cref="Variable"/> that chooses the managed implementations.</summary>
    internal const string Managed = "managed";

    /// <summary>Whether the user has turned off the C libraries of codecs.</summary>
    internal static bool IsManagedOnly { get; } =
        string.Equals(Environment.GetEnvironmentVariable(Variable), Managed, StringComparison.OrdinalIgnoreCase);

    /// <summary>A sentence for the user if the value of <see cref="Variable"/> has no meaning; <see langword="null"/> if it has.</summary>
    internal static string? Fault => FaultOf(Environment.GetEnvironmentVariable(Variable));

    /// <summary>As <see cref="Fault"/>, for any value.</summary>
    internal static string? FaultOf(string? value) =>
        string.IsNullOrEmpty(value) || string.Equals(value, Managed, StringComparison.OrdinalIgnoreCase) ? null
        : $"{Variable} is '{value}'; set it to '{Managed}' to do without the C libraries of codecs, or leave it out.";

    /// <summary>Whether the C library of a codec is used: it is installed, and not turned off.</summary>
    /// <param name="library">A name in <see cref="NativeLibraries"/>.</param>
    internal static bool Uses(string library) => !IsManagedOnly && NativeLibraries.IsAvailable(library);

    /// <summary>A sentence that says why the C library of a codec is not used; <see langword="null"/> if it is.</summary>
    /// <param name="library">A name in <see cref="NativeLibraries"/>.</param>
    internal static string? Problem(string library) =>
        IsManagedOnly ? $"{Variable}={Managed} turns off the C libraries of codecs." : NativeLibraries.Problem(library);
}
