using System.Runtime.InteropServices;
using System.Text;

namespace LiveStream.Integration.Fixtures;

/// <summary>
/// ClickHouse as a library in this process: libchdb, named by LIVESTREAM_TEST_CHDB or where tests/run installs it, under ~/.cache.
/// Where there is none, the tests that ask are skipped. One connection, one query at a time.
/// </summary>
internal sealed class ClickHouse : IDisposable
{
    private const string Library = "chdb";
    private const string Variable = "LIVESTREAM_TEST_CHDB";

    private static readonly string? LibraryPath = Find();

    private readonly IntPtr connection = LibraryPath is null ? IntPtr.Zero : Connect();

    /// <summary>Runs one statement. Skips the test that asks when there is no ClickHouse.</summary>
    /// <returns>The rows, one JSON object a line.</returns>
    public string Run(string statement)
    {
        Assert.SkipWhen(LibraryPath is null, $"skipped: no ClickHouse here; tests/run installs it with npm, or {Variable} may name a libchdb.so");
        var (text, format) = (Encoding.UTF8.GetBytes(statement), "JSONEachRow"u8.ToArray());
        var result = chdb_query_n(Marshal.ReadIntPtr(connection), text, (nuint)text.Length, format, (nuint)format.Length);
        try
        {
            var error = chdb_result_error(result);
            if (error != IntPtr.Zero)
            {
                throw new InvalidOperationException($"{Marshal.PtrToStringUTF8(error)}\n{statement}");
            }

            var lengthBytes = (int)chdb_result_length(result);
            return lengthBytes == 0 ? "" : Marshal.PtrToStringUTF8(chdb_result_buffer(result), lengthBytes);
        }
        finally
        {
            chdb_destroy_query_result(result);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (connection != IntPtr.Zero)
        {
            chdb_close_conn(connection);
        }
    }

    private static IntPtr Connect()
    {
        NativeLibrary.SetDllImportResolver(typeof(ClickHouse).Assembly, (name, _, _) => name == Library ? NativeLibrary.Load(LibraryPath!) : IntPtr.Zero);

        // Its handlers would take the signals by which the runtime finds null references.
        chdb_set_signal_handlers_enabled(0);

        // Small queries, each run once: translating them to machine code would cost more than running them.
        string[] options = ["clickhouse", "--max_threads=1", "--compile_expressions=0", "--compile_aggregate_expressions=0", "--compile_sort_description=0"];
        var arguments = Array.ConvertAll(options, Marshal.StringToCoTaskMemUTF8);
        var opened = chdb_connect(arguments.Length, arguments);
        return opened != IntPtr.Zero ? opened : throw new InvalidOperationException($"{LibraryPath} did not start.");
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return named;
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var installed = Path.Combine(cache, "livestream", "chdb", "node_modules", "@chdb");
        return Directory.Exists(installed) ? Directory.EnumerateFiles(installed, "libchdb.so", SearchOption.AllDirectories).FirstOrDefault() : null;
    }

    [DllImport(Library)]
    private static extern void chdb_set_signal_handlers_enabled(int isEnabled);

    [DllImport(Library)]
    private static extern IntPtr chdb_connect(int count, IntPtr[] arguments);

    [DllImport(Library)]
    private static extern void chdb_close_conn(IntPtr connection);

    [DllImport(Library)]
    private static extern IntPtr chdb_query_n(IntPtr connection, byte[] query, nuint queryBytes, byte[] format, nuint formatBytes);

    [DllImport(Library)]
    private static extern IntPtr chdb_result_error(IntPtr result);

    [DllImport(Library)]
    private static extern IntPtr chdb_result_buffer(IntPtr result);

    [DllImport(Library)]
    private static extern nuint chdb_result_length(IntPtr result);

    [DllImport(Library)]
    private static extern void chdb_destroy_query_result(IntPtr result);
}
