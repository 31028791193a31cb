namespace Linnet.Sources.Playlists;

/// <summary>Sorts paths in natural order: 2 before 10, ignoring case, folder by folder.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    internal static NaturalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        while (left.Length > 0 && right.Length > 0)
        {
            int order;
            if (char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0]))
            {
                order = CompareNumbers(TakeNumber(ref left), TakeNumber(ref right));
            }
            else
            {
                order = Rank(left[0]).CompareTo(Rank(right[0]));
                left = left[1..];
                right = right[1..];
            }

            if (order != 0)
            {
                return order;
            }
        }

        // Equal except for case or leading zeros: any order will do, if it is stable.
        int rest = left.Length.CompareTo(right.Length);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> number = end < 0 ? text : text[..end];
        text = text[number.Length..];
        return number.TrimStart('0');
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);

    /// <summary>Sorts a folder before longer names that begin with its name.</summary>
    private static int Rank(char c) => c is '/' or '\\' ? 0 : char.ToUpperInvariant(c);
}
