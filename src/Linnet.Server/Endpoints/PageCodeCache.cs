namespace Linnet.Server.Endpoints;

/// <summary>The QR codes that were asked for last, so that most requests draw none. Thread-safe.</summary>
internal sealed class PageCodeCache
{
    /// <summary>The codes that are kept.</summary>
    internal const int Most = 16;

    private readonly Lock _lock = new();

    // The one that was used last is at the end.
    private readonly List<(string Address, string Picture)> _codes = [];

    /// <summary>The code of an address, as <see cref="PageCode.Draw"/> makes it.</summary>
    internal string Of(string address)
    {
        if (Find(address) is string known)
        {
            return known;
        }

        string picture = PageCode.Draw(address);
        lock (_lock)
        {
            if (_codes.Count == Most)
            {
                _codes.RemoveAt(0);
            }

            _codes.Add((address, picture));
        }

        return picture;
    }

    private string? Find(string address)
    {
        lock (_lock)
        {
            int index = _codes.FindIndex(code => code.Address == address);
            if (index < 0)
            {
                return null;
            }

            (string Address, string Picture) found = _codes[index];
            _codes.RemoveAt(index);
            _codes.Add(found);
            return found.Picture;
        }
    }
}
