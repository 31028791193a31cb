namespace Linnet.Cli;

/// <summary>Finds the word that was probably meant by a misspelt one.</summary>
internal static class Closest
{
    // A longer word is no typing error; the comparison takes time in proportion to its length.
    private const int MaxLength = 40;

    /// <summary>A question with the closest word, such as <c> Did you mean 'play'?</c>; empty if no word is close.</summary>
    /// <param name="word">The misspelt word.</param>
    /// <param name="words">The valid words.</param>
    public static string Hint(string word, IEnumerable<string> words)
    {
        // About one error in three letters, and never a word that shares nothing with it. Leading dashes are not letters.
        int most = Math.Min(3, (word.TrimStart('-').Length + 1) / 3);
        (string Word, int Edits) best = word.Length > MaxLength ? ("", int.MaxValue)
            : words.Select(valid => (valid, Edits(word, valid))).DefaultIfEmpty(("", int.MaxValue)).MinBy(static w => w.Item2);
        return best.Edits <= most ? $" Did you mean '{best.Word}'?" : "";
    }

    /// <summary>The number of letters to insert, remove or replace, and of neighbours to swap, to turn one word into the other.</summary>
    internal static int Edits(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                edits[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1,
                    edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[from.Length, to.Length];
    }
}
