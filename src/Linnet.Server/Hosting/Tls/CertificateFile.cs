using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting.Tls;

/// <summary>Reads a certificate from files that another program renews.</summary>
/// <param name="settings">The files.</param>
/// <param name="logger">Told if other users can read the key.</param>
internal sealed class CertificateFile(TlsSettings settings, ILogger logger) : CertificateOrigin
{
    // A chain has some kilobytes. A wrong file may have any size.
    private const int MaxLength = 1 << 20;
    private const string PemBegin = "-----BEGIN ";

    private readonly string _path = settings.CertificateFile!;
    private readonly string _keyPath = settings.KeyFile ?? settings.CertificateFile!;
    private (FileStamp, FileStamp) _used;
    private (FileStamp, FileStamp) _seen;
    private ((FileStamp, FileStamp) Files, string Problem) _refused;

    /// <inheritdoc/>
    internal override TimeSpan Period => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    internal override ServedCertificate Open()
    {
        _seen = Stamps();
        return Use(_seen);
    }

    /// <inheritdoc/>
    internal override ServedCertificate? Renew()
    {
        (FileStamp, FileStamp) now = Stamps();

        // Two files are replaced one after the other, and a file is written in pieces: wait until nothing changes any more.
        bool isSettled = now == _seen;
        _seen = now;
        if (!isSettled || now == _used || now.Item1 == default || now.Item2 == default)
        {
            return null;
        }

        try
        {
            return Use(now);
        }
        catch (IOException e) when (_refused == (now, e.Message))
        {
            // It was said. What is wrong may lie outside the file, so it is read again: its mode changes no date.
            return null;
        }
        catch (IOException e)
        {
            _refused = (now, e.Message);
            throw;
        }
    }

    private ServedCertificate Use((FileStamp, FileStamp) files)
    {
        ServedCertificate read = Read();
        JudgeMode();
        _used = files;
        return read;
    }

    private (FileStamp, FileStamp) Stamps() => (FileStamp.Of(_path), FileStamp.Of(_keyPath));

    private ServedCertificate Read()
    {
        byte[] file = ReadFile(_path, "certificate");
        string? text = TextOf(file);
        if (text is null)
        {
            return ReadPfx(file);
        }

        string key = settings.KeyFile is null ? text : TextOf(ReadFile(_keyPath, "private key")) ?? "";
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new IOException(settings.KeyFile is null
                ? $"'{_path}' has no private key: add it to the file, or name its file with --tls-key."
                : $"'{_keyPath}' has no private key in PEM form.");
        }

        try
        {
            bool isEncrypted = key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
            if (isEncrypted && settings.Password is null)
            {
                throw new IOException($"The private key in '{_keyPath}' is encrypted: give its password with --tls-password-file.");
            }

            X509Certificate2 certificate = isEncrypted
                ? X509Certificate2.CreateFromEncryptedPem(text, key, settings.Password)
                : X509Certificate2.CreateFromPem(text, key);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return new ServedCertificate(OwnCertificate.WithUsableKey(certificate), all);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new IOException(
                $"The certificate in '{_path}' cannot be used with the key in '{_keyPath}'. The certificate must come first, before those "
                    + $"of its issuers, and the key must belong to it. {e.Message}",
                e);
        }
    }

    private ServedCertificate ReadPfx(byte[] file)
    {
        try
        {
            X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12Collection(file, settings.Password);
            return all.FirstOrDefault(static c => c.HasPrivateKey) is X509Certificate2 certificate
                ? new ServedCertificate(certificate, all)
                : throw new IOException($"'{_path}' has no private key: export the certificate with its key.");
        }
        catch (CryptographicException e)
        {
            throw new IOException(
                settings.Password is null
                    ? $"'{_path}' is neither a PEM file nor a PFX file that can be read without a password: see --tls-password-file."
                    : $"'{_path}' is neither a PEM file nor a PFX file with this password.",
                e);
        }
    }

    // Null: it is no PEM file.
    private static string? TextOf(byte[] file)
    {
        string text = Encoding.UTF8.GetString(file);
        return text.Contains(PemBegin, StringComparison.Ordinal) ? text : null;
    }

    private static byte[] ReadFile(string path, string what)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[MaxLength + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxLength ? bytes[..length] : throw new IOException($"'{path}' is no {what}: it is too long.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException(
                e is UnauthorizedAccessException
                    ? $"The file '{path}' with the {what} cannot be read: {e.Message.TrimEnd('.')}. Let the server's user read it."
                    : $"There is no file '{path}' with the {what}.",
                e);
        }
    }

    // A group may: it can be that of the server's user.
    private void JudgeMode()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_keyPath) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            logger.KeyIsOpen(_keyPath);
        }
    }
}
