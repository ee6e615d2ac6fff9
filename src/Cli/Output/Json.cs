using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Minirun.Cli.Output;

/// <summary>JSON for programs and people: indented, and with letters as they are.</summary>
internal static class Json
{
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer =
            new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(writer);
        return SafeText.Json(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
