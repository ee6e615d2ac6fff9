using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Spec;
using Minirun.Runtime.Spec.Json;

namespace Minirun.Runtime.Bundles;

/// <summary>A bundle: a directory with a config.json and, mostly, a root file system (bundle.md of the runtime specification).</summary>
public static class Bundle
{
    public const string ConfigName = "config.json";

    /// <summary>The document of a bundle.</summary>
    /// <exception cref="UserError">It is not there, or not a document.</exception>
    public static OciSpec Read(string bundle, string? config = null)
    {
        string path = Path.Combine(bundle, config ?? ConfigName);
        return Parse(ReadFile(path), path);
    }

    /// <summary>The document in <paramref name="json"/>, which came from <paramref name="path"/>.</summary>
    /// <exception cref="UserError">It is no document, or a value in it makes no sense.</exception>
    public static OciSpec Parse(byte[] json, string path)
    {
        JsonProblem.RefuseZeros(json, path);
        OciSpec oci = ConfigReader.Read(json) ?? Parse(json, path, OciJson.Default.OciSpec);
        Problem.In(path, oci, BundleValidator.Check);
        return oci;
    }

    /// <summary>One that was made or changed here.</summary>
    /// <exception cref="UserError">A value in it makes no sense.</exception>
    public static void Check(OciSpec oci) => BundleValidator.Check(oci);

    /// <summary>A process document, as <c>exec --process</c> takes it.</summary>
    public static OciProcess ReadProcess(string path) => ParseProcess(ReadGiven(path), path);

    internal static OciProcess ParseProcess(byte[] json, string path)
    {
        JsonProblem.RefuseZeros(json, path);
        OciProcess process = ConfigReader.ReadProcess(json) ?? Parse(json, path, OciJson.Default.OciProcess);
        Problem.In(path, process, each => ProcessValidator.Check(each, "process"));
        return process;
    }

    /// <summary>Limits, as <c>update --resources</c> takes them.</summary>
    public static OciResources ParseResources(byte[] json, string path)
    {
        OciResources resources = Parse(json, path, OciJson.Default.OciResources);
        Problem.In(path, resources, each => ResourcesValidator.Check(each, "linux.resources"));
        return resources;
    }

    /// <summary>A document that a user names, or a clear error.</summary>
    public static byte[] ReadGiven(string path)
    {
        const string hint = "check the path; it is relative to where you are";
        try
        {
            return GivenFile.Read(path) ?? throw new UserError($"open {path}: no such file or directory", hint);
        }
        catch (LinuxException error)
        {
            throw new UserError(error.Message, hint);
        }
    }

    /// <summary>A file of a bundle, or a clear error.</summary>
    public static byte[] ReadFile(string path)
    {
        string hint = $"a bundle is a directory with a {ConfigName}; `minirun-oci spec` writes one";
        try
        {
            // A bundle is its maker's: there a link may lead to a file elsewhere.
            return RegularFile.Read(path, follow: true) ?? throw new UserError($"{path}: no such file or directory", hint);
        }
        catch (LinuxException error)
        {
            throw new UserError(error.Message, hint);
        }
    }

    private static T Parse<T>(byte[] json, string path, JsonTypeInfo<T> type)
        where T : class
    {
        JsonProblem.RefuseZeros(json, path);
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new UserError($"{path}: null is not a document", JsonProblem.Hint);
        }
        catch (JsonException error)
        {
            throw JsonProblem.Explain(error, path, type);
        }
    }
}
