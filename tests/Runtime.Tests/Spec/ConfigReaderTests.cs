using System.Text;
using System.Text.Json;
using Minirun.Fuzz;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;
using Minirun.Runtime.Spec.Json;
using Minirun.Runtime.Tests.Fuzz;
using Xunit;

namespace Minirun.Runtime.Tests.Spec;

/// <summary>
/// The quick reader against the serializer: what it takes, it takes as the other does, and nothing that the other refuses.
/// </summary>
public sealed class ConfigReaderTests
{
    private static readonly string[] s_documents =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "bundles"), "*.json").Order(StringComparer.Ordinal)];

    public static TheoryData<string> Engines => [.. s_documents.Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Engines))]
    public void What_an_engine_writes_is_read_as_the_serializer_reads_it(string file)
    {
        byte[] json = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "bundles", file));
        OciSpec? quick = ConfigReader.Read(json);
        Assert.NotNull(quick);
        Assert.Equal(BySerializer(json), JsonSerializer.Serialize(quick, OciJson.Default.OciSpec));
    }

    [Fact]
    public void A_changed_document_is_read_alike_or_left_to_the_serializer()
    {
        int read = 0;
        FuzzRun.Each(4_000, new JsonMutator(GoodDocuments.Bundles).Next, json =>
        {
            if (ConfigReader.Read(json) is not { } quick) return;
            read++;
            Assert.Equal(BySerializer(json), JsonSerializer.Serialize(quick, OciJson.Default.OciSpec));
        }, _ => "they differ");
        Assert.NotEqual(0, read);
    }

    [Fact]
    public void A_document_is_written_as_the_serializer_writes_it()
    {
        int written = 0;
        Assert.All(GoodDocuments.Bundles, json => Assert.Equal(BySerializer(json), Bundle.Parse(json, "config.json").ToJson()));
        FuzzRun.Each(2_000, new JsonMutator(GoodDocuments.Bundles).Next, json =>
        {
            if (BySerializer(json) is not { } text) return;
            written++;
            Assert.Equal(text, JsonSerializer.Deserialize(json, OciJson.Default.OciSpec)!.ToJson());
        }, _ => "they differ");
        Assert.NotEqual(0, written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("{\"process\":\"sh\"}")]
    [InlineData("{\"process\":{\"user\":[]}}")]
    [InlineData("{\"mounts\":[null]}")]
    [InlineData("{\"process\":{\"args\":[1]}}")]
    [InlineData("{\"process\":{\"user\":{\"uid\":-1}}}")]
    [InlineData("{\"process\":{\"scheduler\":{}}}")]
    public void What_it_does_not_know_is_left_to_the_serializer(string json) =>
        Assert.Null(ConfigReader.Read(Encoding.UTF8.GetBytes(json)));

    /// <summary>Null when it refuses.</summary>
    private static string? BySerializer(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, OciJson.Default.OciSpec) is { } oci
                ? JsonSerializer.Serialize(oci, OciJson.Default.OciSpec)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
