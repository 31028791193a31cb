using System.Globalization;
using System.Text;

namespace Linnet.Audio;

/// <summary>Finds an encoding by the name that a peer or a file gives it.</summary>
internal static class NamedEncoding
{
    /// <summary>Longer than any name.</summary>
    private const int MaxLength = 40;

    private const int Ascii = 20127;
    private const int Latin1 = 28591;
    private const int Utf8 = 65001;

    /// <summary>
    /// The encoding; <see langword="null"/> if .NET knows none of that name, and for UTF-8 and ASCII, as that is what texts are taken for
    /// anyway. Latin-1 is Windows-1252, which says the same and more.
    /// </summary>
    internal static Encoding? Find(string? name)
    {
        name = name?.Trim(' ', '\t', '"', '\'') ?? "";
        return name.Length is 0 or > MaxLength ? null : Known(name) switch
        {
            { CodePage: Utf8 or Ascii } => null,
            { CodePage: Latin1 } => Known("windows-1252"),
            Encoding encoding => encoding,
            null => null,
        };
    }

    private static Encoding? Known(string name)
    {
        try
        {
            // "cp1251" is what many programs say.
            bool isNumber = name.StartsWith("cp", StringComparison.OrdinalIgnoreCase);
            return isNumber && int.TryParse(name.AsSpan(2).TrimStart('-'), NumberStyles.None, CultureInfo.InvariantCulture, out int page)
                ? CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page)
                : CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
