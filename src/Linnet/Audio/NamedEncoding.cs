using System.Globalization;
using System.Text;

namespace Linnet.Audio;

/// <summary>Finds an encoding by the name that a peer or a file uses.</summary>
internal static class NamedEncoding
{
    /// <summary>Longer than any encoding name.</summary>
    private const int MaxLength = 40;

    private const int Ascii = 20127;
    private const int Latin1 = 28591;
    private const int Utf8 = 65001;

    /// <summary>
    /// The encoding, or <see langword="null"/> if .NET does not know the name. Also <see langword="null"/> for UTF-8 and ASCII, which are
    /// assumed anyway. Latin-1 gives Windows-1252, which extends it.
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
            // Many programs write "cp1251".
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
