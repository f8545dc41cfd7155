using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LiveStream.Screen;

/// <summary>
/// The files of the page, held in memory from the assembly's resources: the same bytes from any folder the process is
/// started in. Text is kept gzipped as well. Built once by <see cref="ScreenEndpoints"/>.
/// </summary>
internal sealed class PageFiles
{
    private const string Root = "wwwroot/";

    /// <summary>
    /// Nothing but this server may be asked for anything, whatever a name in the data says. The page itself evaluates no
    /// text; that stays allowed for the programs that drive screens and browsers.
    /// </summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-eval'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".woff2"] = "font/woff2",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, PageFile> files;

    public PageFiles()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Root.Length..].Replace('\\', '/'), name => Load(assembly, name), StringComparer.Ordinal);
    }

    /// <summary>Answers with a file, or 404. Browsers keep it and ask whether it changed.</summary>
    public async Task ServeAsync(HttpContext context, string path)
    {
        HttpResponse response = context.Response;
        if (!files.TryGetValue(path, out PageFile? file))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        IHeaderDictionary headers = response.Headers;
        headers.ETag = file.ETag;
        headers.CacheControl = "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(file.ETag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.ContentType;
        bool gzip = file.Gzip is not null
            && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        byte[] body = gzip ? file.Gzip! : file.Bytes;
        if (gzip)
        {
            headers.ContentEncoding = "gzip";
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static PageFile Load(Assembly assembly, string name)
    {
        using Stream resource = assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        string extension = Path.GetExtension(name);
        string contentType = ContentTypes.GetValueOrDefault(extension, "text/plain; charset=utf-8");
        byte[]? gzip = extension == ".woff2" ? null : Compress(bytes);
        return new PageFile(bytes, gzip, contentType, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }

    private sealed record PageFile(byte[] Bytes, byte[]? Gzip, string ContentType, string ETag);
}
