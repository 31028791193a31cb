using System.Globalization;

namespace Linnet.Wire.Messages;

/// <summary>The first line of an answer: version, status, reason. A view of the line's text.</summary>
/// <remarks>Source: RFC 9112 §4; RFC 2326 §7.1.</remarks>
internal readonly ref struct StatusLine
{
    /// <summary>Splits a line. Accepts any text.</summary>
    internal StatusLine(ReadOnlySpan<char> line)
    {
        int space = line.IndexOf(' ');
        Version = space < 0 ? line : line[..space];
        ReadOnlySpan<char> rest = space < 0 ? [] : line[(space + 1)..];
        if (rest.Length >= 3 && rest[0] != '0' && !rest[..3].ContainsAnyExceptInRange('0', '9') && (rest.Length == 3 || rest[3] == ' '))
        {
            Status = int.Parse(rest[..3], NumberStyles.None, CultureInfo.InvariantCulture);
            Reason = rest.Length > 3 ? rest[4..] : [];
        }
    }

    /// <summary>The text before the first space.</summary>
    internal ReadOnlySpan<char> Version { get; }

    /// <summary>100 – 999; 0: the line has no status of three digits.</summary>
    internal int Status { get; }

    /// <summary>The text after the status; may be empty.</summary>
    internal ReadOnlySpan<char> Reason { get; }
}
