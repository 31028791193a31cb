using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>Decides who may manage the server.</summary>
internal interface IAdminGate
{
    /// <summary>Whether the client of a request may; otherwise it has been answered.</summary>
    Task<bool> AdmitsAsync(HttpContext context);
}
