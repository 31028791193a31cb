using System.Collections;
using Linnet.Audio;

namespace Linnet.Wire.Http;

/// <summary>The headers of one message, in the order in which they came or were added. Names are compared without case.</summary>
/// <remarks>Nothing that would break out of its line can get in: a name is a token, a value has no control characters.</remarks>
public sealed class HttpHeaders : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _lines = [];

    /// <summary>Header lines, a repeated name counted each time.</summary>
    public int Count => _lines.Count;

    /// <summary>The value of the first line with that name, or <see langword="null"/>.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string key, string value) in _lines)
            {
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>Adds a line after all others.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value holds control characters.</exception>
    public void Add(string name, string value)
    {
        if (!HttpGrammar.IsToken(name))
        {
            throw new ArgumentException($"A header's name must be a token (RFC 9110 §5.6.2), not '{name}'.", nameof(name));
        }

        if (!HttpGrammar.IsText(value))
        {
            throw new ArgumentException($"The value of {name} must not hold line breaks or other control characters.", nameof(value));
        }

        _lines.Add(new(name, value));
    }

    /// <summary>
    /// Adds text of any origin as one line: control characters become spaces, what is too long is cut, what is empty is left out.
    /// </summary>
    /// <exception cref="ArgumentException">The name is no token.</exception>
    public void AddText(string name, string? text)
    {
        if (text is not null && TagText.Clean(text) is string clean)
        {
            Add(name, clean);
        }
    }

    /// <summary>The values of all lines with that name, in order.</summary>
    public IEnumerable<string> All(string name) =>
        _lines.Where(line => line.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _lines.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
