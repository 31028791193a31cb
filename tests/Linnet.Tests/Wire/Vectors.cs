namespace Linnet.Tests.Wire;

/// <summary>Captures of real programs, and the examples of the RFCs.</summary>
internal static class Vectors
{
    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Wire", "Vectors", name));

    /// <summary>A text file, with its original line ends.</summary>
    public static byte[] Text(string name) =>
        System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(Bytes(name)).ReplaceLineEndings("\r\n"));
}
