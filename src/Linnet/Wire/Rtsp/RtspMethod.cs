namespace Linnet.Wire.Rtsp;

/// <summary>The names of the methods. A method is a case-sensitive token, and a peer may send any other.</summary>
/// <remarks>Source: RFC 2326 §10.</remarks>
internal static class RtspMethod
{
    /// <summary>Asks which methods the server knows; also keeps a session alive (§10.1).</summary>
    public const string Options = "OPTIONS";

    /// <summary>Asks for the description (SDP) of a station (§10.2).</summary>
    public const string Describe = "DESCRIBE";

    /// <summary>Posts a description, or replaces one (§10.3).</summary>
    public const string Announce = "ANNOUNCE";

    /// <summary>Agrees on the transport of one stream and creates the session (§10.4).</summary>
    public const string Setup = "SETUP";

    /// <summary>Starts sending (§10.5).</summary>
    public const string Play = "PLAY";

    /// <summary>Pauses sending and keeps the session (§10.6).</summary>
    public const string Pause = "PAUSE";

    /// <summary>Ends the session (§10.7).</summary>
    public const string Teardown = "TEARDOWN";

    /// <summary>Asks for parameters; with an empty body it keeps a session alive (§10.8).</summary>
    public const string GetParameter = "GET_PARAMETER";

    /// <summary>Sets parameters (§10.9).</summary>
    public const string SetParameter = "SET_PARAMETER";

    /// <summary>Sends the client to another server (§10.10).</summary>
    public const string Redirect = "REDIRECT";

    /// <summary>Starts a recording (§10.11).</summary>
    public const string Record = "RECORD";

    private static readonly string[] All =
        [Options, Describe, Announce, Setup, Play, Pause, Teardown, GetParameter, SetParameter, Redirect, Record];

    /// <summary>The constant that equals <paramref name="method"/>, or a new string.</summary>
    internal static string Intern(ReadOnlySpan<char> method)
    {
        foreach (string known in All)
        {
            if (method.SequenceEqual(known))
            {
                return known;
            }
        }

        return method.ToString();
    }
}
