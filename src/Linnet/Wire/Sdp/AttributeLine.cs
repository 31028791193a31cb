namespace Linnet.Wire.Sdp;

/// <summary>An <c>a=</c> line: <c>a=name</c> or <c>a=name:value</c>.</summary>
/// <remarks>Source: RFC 8866 §5.13. Names are case-sensitive.</remarks>
internal readonly record struct AttributeLine
{
    private readonly string? _name;

    /// <summary>Creates an attribute.</summary>
    /// <param name="name">One word without a colon.</param>
    /// <param name="value">A text of one line; <see langword="null"/>: the attribute has no value.</param>
    /// <exception cref="ArgumentException">The name or value would break the line.</exception>
    public AttributeLine(string name, string? value = null)
    {
        _name = SdpGrammar.Field(name, "An attribute name");
        if (name.Contains(':'))
        {
            throw new ArgumentException($"An attribute name must not hold a colon: '{name}'.", nameof(name));
        }

        Value = value is null ? null : SdpGrammar.Text(value, $"The value of a={name}");
    }

    /// <summary>The name.</summary>
    public string Name => _name ?? "";

    /// <summary>The value; <see langword="null"/> if the line has no colon.</summary>
    public string? Value { get; }

    /// <summary>The line without <c>a=</c>.</summary>
    public override string ToString() => Value is null ? Name : $"{Name}:{Value}";

    internal static AttributeLine? Parse(string value)
    {
        int colon = value.IndexOf(':');
        string name = (colon < 0 ? value : value[..colon]).Trim();
        if (name.Length == 0 || name.AsSpan().ContainsAny(' ', '\t'))
        {
            return null;
        }

        return new AttributeLine(name, colon < 0 ? null : value[(colon + 1)..]);
    }
}
