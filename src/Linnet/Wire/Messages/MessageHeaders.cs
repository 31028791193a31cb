using System.Collections;
using Linnet.Audio;

namespace Linnet.Wire.Messages;

/// <summary>The headers of one message, in the order in which they were received or added. Names are compared without case.</summary>
/// <remarks>Nothing that would break out of its line can get in: a name is a token, a value has no control characters.</remarks>
internal sealed class MessageHeaders : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _lines = [];

    /// <summary>Header lines, a repeated name counted each time.</summary>
    public int Count => _lines.Count;

    /// <summary>
    /// The value of the first line with that name, or <see langword="null"/>. Setting replaces all lines with that name by one;
    /// <see langword="null"/> removes them.
    /// </summary>
    /// <exception cref="ArgumentException">The name is no token, or the value holds control characters.</exception>
    public string? this[string name]
    {
        get => IndexOf(name) is int index and >= 0 ? _lines[index].Value : null;
        set
        {
            int index = IndexOf(name);
            _lines.RemoveAll(line => Is(line, name));
            if (value is not null)
            {
                _lines.Insert(index < 0 ? _lines.Count : index, Checked(name, value));
            }
        }
    }

    /// <summary>Adds a line after all others.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value holds control characters.</exception>
    public void Add(string name, string value) => _lines.Add(Checked(name, value));

    /// <summary>Whether there is a line with that name.</summary>
    public bool Contains(string name) => IndexOf(name) >= 0;

    /// <summary>The values of all lines with that name, in order.</summary>
    public IEnumerable<string> All(string name) => _lines.Where(line => Is(line, name)).Select(line => line.Value);

    /// <summary>The members of the comma-separated lists in all lines with that name, trimmed, empty ones left out.</summary>
    /// <remarks>For <c>Require</c>, <c>Supported</c>, <c>Public</c>: lists of tokens. Not for values that may hold commas.</remarks>
    public IEnumerable<string> Members(string name) =>
        All(name).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>
    /// Adds text of any origin as one line: control characters become spaces, a text that is too long is cut, an empty one is left out.
    /// </summary>
    /// <exception cref="ArgumentException">The name is no token.</exception>
    public void AddText(string name, string? text)
    {
        if (text is not null && TagText.Clean(text) is string clean)
        {
            Add(name, clean);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _lines.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lengthens the last line: a folded header goes on (RFC 2616 §2.2).</summary>
    internal void Continue(string value)
    {
        (string name, string start) = _lines[^1];
        _lines[^1] = Checked(name, start.Length == 0 ? value : $"{start} {value}");
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < _lines.Count; i++)
        {
            if (Is(_lines[i], name))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool Is(KeyValuePair<string, string> line, string name) => line.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static KeyValuePair<string, string> Checked(string name, string value)
    {
        if (!MessageGrammar.IsToken(name))
        {
            throw new ArgumentException($"A header's name must be a token (RFC 9110 §5.6.2), not '{name}'.", nameof(name));
        }

        if (!MessageGrammar.IsText(value))
        {
            throw new ArgumentException($"The value of {name} must not hold line breaks or other control characters.", nameof(value));
        }

        return new KeyValuePair<string, string>(name, value);
    }
}
