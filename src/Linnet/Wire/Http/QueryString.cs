using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Http;

/// <summary>The part of a target after the <c>?</c>: <c>mode=updinfo&amp;mount=/jazz&amp;song=Artist%20-%20Title</c>.</summary>
/// <remarks>
/// Sources encode it badly: a <c>%</c> without two digits stands for itself, bytes beyond ASCII may come unencoded. Values are UTF-8 if
/// they are valid as that, else Windows-1252, unless a <c>charset</c> parameter names another encoding that .NET knows.
/// </remarks>
internal sealed class QueryString
{
    /// <summary>Parameters after this many are ignored.</summary>
    public const int MaxParameters = 32;

    private readonly List<(string Name, byte[] Value)> _parameters = [];
    private readonly Encoding? _encoding;

    /// <summary>Reads a query. Any text is accepted.</summary>
    public QueryString(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        foreach (Range range in query.AsSpan().Split('&'))
        {
            ReadOnlySpan<char> part = query.AsSpan(range);
            if (part.IsEmpty || _parameters.Count == MaxParameters)
            {
                continue;
            }

            int equals = part.IndexOf('=');
            PercentEncoding.TryDecode(equals < 0 ? part : part[..equals], plusIsSpace: true, out byte[] name, isLenient: true);
            PercentEncoding.TryDecode(equals < 0 ? [] : part[(equals + 1)..], plusIsSpace: true, out byte[] value, isLenient: true);
            _parameters.Add((Encoding.Latin1.GetString(name), value));
        }

        _encoding = NamedEncoding.Find(this["charset"]);
    }

    /// <summary>
    /// The decoded value of the first parameter with that name, not cleaned: it may hold anything. <see langword="null"/>: none has it.
    /// </summary>
    public string? this[string name] => Find(name) is byte[] value ? TagText.Decoded(value) : null;

    /// <summary>
    /// In the encoding that the query names, and as one clean line of text (<see cref="TagText.Clean"/>), for titles;
    /// <see langword="null"/> if nothing is left.
    /// </summary>
    public string? Text(string name) => Find(name) is byte[] value ? TagText.Clean(TagText.Decoded(value, _encoding)) : null;

    private byte[]? Find(string name)
    {
        foreach ((string key, byte[] value) in _parameters)
        {
            if (key.Equals(name, StringComparison.Ordinal))
            {
                return value;
            }
        }

        return null;
    }
}
