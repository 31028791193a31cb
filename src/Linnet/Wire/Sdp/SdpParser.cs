using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Linnet.Wire.Sdp;

/// <summary>Reads a description line by line. A <c>ref struct</c> that lives for one call.</summary>
internal ref struct SdpParser
{
    private readonly SdpLimits _limits;
    private readonly List<AttributeLine> _sessionAttributes = [];
    private readonly List<MediaDescription> _media = [];
    private SdpOrigin _origin = SdpOrigin.Unknown;
    private string _name = "-";
    private string? _information;
    private SdpConnection? _connection;
    private MediaLine? _section;
    private int _attributes;

    private SdpParser(SdpLimits limits) => _limits = limits;

    public static bool TryParse(ReadOnlySpan<byte> bytes, SdpLimits limits, [NotNullWhen(true)] out SessionDescription? description)
    {
        description = null;
        if (bytes.Length > limits.MaxLength)
        {
            return false;
        }

        var parser = new SdpParser(limits);
        bool started = false;
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        ReadOnlySpan<byte> rest = bytes.StartsWith(byteOrderMark) ? bytes[byteOrderMark.Length..] : bytes;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (line.Length > limits.MaxLine || (started ? !parser.TryReadLine(line) : !line.TrimEnd(" \t"u8).SequenceEqual("v=0"u8)))
            {
                return false;
            }

            started = true;
        }

        description = started ? parser.Finish() : null;
        return started;
    }

    private bool TryReadLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line[1] != '=')
        {
            return true;
        }

        // Drop zeros, because they could not be written back.
        string value = Encoding.UTF8.GetString(line[2..]).Replace("\0", "", StringComparison.Ordinal);
        switch (line[0])
        {
            case (byte)'m':
                return TryReadMedia(value);
            case (byte)'a':
                return TryReadAttribute(value);
            case (byte)'c' when _section is not null:
                _section.Connection = SdpConnection.Parse(value);
                break;
            case (byte)'c':
                _connection = SdpConnection.Parse(value);
                break;
            case (byte)'o' when _section is null:
                _origin = SdpOrigin.Parse(value) ?? _origin;
                break;
            case (byte)'s' when _section is null:
                _name = value.Trim();
                break;
            case (byte)'i' when _section is null:
                _information = value.Trim();
                break;
        }

        return true;
    }

    private bool TryReadAttribute(string value)
    {
        if (++_attributes > _limits.MaxAttributes)
        {
            return false;
        }

        if (AttributeLine.Parse(value) is AttributeLine attribute)
        {
            (_section?.Attributes ?? _sessionAttributes).Add(attribute);
        }

        return true;
    }

    private bool TryReadMedia(string value)
    {
        FinishSection();

        // audio 49170/2 RTP/AVP 96 97
        string[] parts = value.Split((char[])[' ', '\t'], _limits.MaxFormats + 4, StringSplitOptions.RemoveEmptyEntries);
        if (_media.Count >= _limits.MaxMedia || parts.Length < 3 || parts.Length > _limits.MaxFormats + 3
            || !ushort.TryParse(parts[1].Split('/', 2)[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        _section = new MediaLine(parts[0], port, parts[2], parts[3..]);
        return true;
    }

    private SessionDescription Finish()
    {
        FinishSection();
        return new SessionDescription
        {
            Origin = _origin,
            Name = _name,
            Information = _information,
            Connection = _connection,
            Attributes = _sessionAttributes,
            Media = _media,
        };
    }

    private void FinishSection()
    {
        if (_section is not null)
        {
            _media.Add(new MediaDescription
            {
                Type = _section.Type,
                Port = _section.Port,
                Protocol = _section.Protocol,
                Formats = _section.Formats,
                Connection = _section.Connection,
                Attributes = _section.Attributes,
            });
            _section = null;
        }
    }

    /// <summary>The section being read.</summary>
    private sealed record MediaLine(string Type, int Port, string Protocol, string[] Formats)
    {
        public SdpConnection? Connection { get; set; }

        public List<AttributeLine> Attributes { get; } = [];
    }
}
