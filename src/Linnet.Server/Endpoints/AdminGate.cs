using System.Text;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>Admits accounts with the role <see cref="AccessAction.Admin"/>: by their password, or by a token.</summary>
internal sealed class AdminGate(StationServer server, TimeProvider time) : IAdminGate
{
    private const string Bearer = "Bearer ";

    private readonly Lock _gate = new();
    private (AccessOptions Access, PushAuthority Authority)? _current;

    /// <inheritdoc/>
    public async Task<bool> AdmitsAsync(HttpContext context)
    {
        ClientOrigin origin = RequestClient.Of(context).Origin;
        string authorization = context.Request.Headers.Authorization.ToString();
        (PushVerdict verdict, Account? account) = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? JudgeToken(authorization[Bearer.Length..].Trim())
            : await JudgePasswordAsync(origin, authorization, context.RequestAborted).ConfigureAwait(false);
        switch (verdict)
        {
            case PushVerdict.Allowed when account!.May(AccessAction.Admin, null):
                return true;
            case PushVerdict.Unanswered:
                context.Abort();
                return false;
        }

        (int status, string text) = verdict switch
        {
            PushVerdict.Allowed => (StatusCodes.Status403Forbidden, "This needs an account with the role admin."),
            PushVerdict.Unnamed => (StatusCodes.Status401Unauthorized, "This needs the password or a token of an account."),
            PushVerdict.Wrong => (StatusCodes.Status401Unauthorized, "The name, the password or the token is wrong."),
            _ => (StatusCodes.Status429TooManyRequests, "Too many passwords are waiting to be checked; try again in a moment."),
        };
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"linnet\", charset=\"UTF-8\"";
        }

        await Answer.SendAsync(context, status, Answer.PlainText, text + "\n").ConfigureAwait(false);
        return false;
    }

    private (PushVerdict Verdict, Account? Account) JudgeToken(string token) =>
        ApiToken.FindOwner(server.Access.Accounts, token) is { } owner ? (PushVerdict.Allowed, owner) : (PushVerdict.Wrong, null);

    private async Task<(PushVerdict Verdict, Account? Account)> JudgePasswordAsync(
        ClientOrigin origin, string authorization, CancellationToken cancellationToken)
    {
        if (!BasicCredentials.TryParse(authorization, out BasicCredentials? given))
        {
            return (authorization.Length == 0 ? PushVerdict.Unnamed : PushVerdict.Wrong, null);
        }

        AccessOptions access = server.Access;
        Account? account = access.Accounts.FirstOrDefault(one => one.Name == given.User);

        // The authority remembers what it has verified by the password: so the name is a part of it.
        string both = $"{given.User}\n{Encoding.Latin1.GetString(given.Password)}";
        PushVerdict verdict = await AuthorityOf(access).JudgeAsync(
            PeerAddress.Of(origin.EndPoint.Address), new BasicCredentials(given.User, both).ToHeader(), cancellationToken)
            .ConfigureAwait(false);
        return (verdict, account);
    }

    private PushAuthority AuthorityOf(AccessOptions access)
    {
        lock (_gate)
        {
            if (_current is not var (of, authority) || of != access)
            {
                authority = new PushAuthority(both => Verify(access, Encoding.UTF8.GetString(both)), time);
                _current = (access, authority);
            }

            return authority;
        }
    }

    private static bool Verify(AccessOptions access, string both)
    {
        string[] parts = both.Split('\n', 2);
        return access.Accounts.FirstOrDefault(one => one.Name == parts[0])?.PasswordHash is { } hash
            && access.Verify?.Invoke(hash, Encoding.Latin1.GetBytes(parts[1])) == true;
    }
}
