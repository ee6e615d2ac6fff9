using System.Text;
using Minirun.Runtime;

namespace Minirun.Engine.Logs;

/// <summary>Log opt tag: text with {{.Fields}} of the container, as Docker has them.</summary>
internal static class TagTemplate
{
    /// <summary>What drivers that need a tag take when none is given.</summary>
    public const string Default = "{{.ID}}";

    private const string Attribute = "(.ExtraAttributes nil).";

    public static string Of(LogOptions options, LogContext context) =>
        Expand(options.Text("tag") is { Length: > 0 } tag ? tag : Default, options, context);

    /// <exception cref="UserError">It is no template that we know.</exception>
    public static void Check(LogOptions options) => Of(options, new LogContext { Id = "", Name = "" });

    /// <exception cref="UserError">It is no template that we know.</exception>
    public static string Expand(string template, LogOptions options, LogContext context)
    {
        var text = new StringBuilder();
        int at = 0;
        while (template.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0) throw new UserError("log opt tag: unclosed action", "a field is written {{.Name}}");
            text.Append(template, at, open - at);
            text.Append(Value(template[(open + 2)..close].Trim('-', ' ', '\t'), options, context));
            at = close + 2;
        }
        return text.Append(template, at, template.Length - at).ToString();
    }

    private static string Value(string field, LogOptions options, LogContext context) => field switch
    {
        ".ID" => context.ShortId,
        ".FullID" => context.Id,
        ".Name" => context.Name,
        ".ImageID" => Short(context.ImageId),
        ".ImageFullID" => context.ImageId,
        ".ImageName" => context.ImageName,
        ".DaemonName" => "minirun",
        ".Command" => string.Join(' ', context.Command),
        _ when field.StartsWith(Attribute, StringComparison.Ordinal) =>
            LogAttributes.Of(options, context).GetValueOrDefault(field[Attribute.Length..], ""),
        _ => throw new UserError($"log opt tag: can't evaluate field {field}",
            $"there are .ID .FullID .Name .ImageID .ImageFullID .ImageName .DaemonName .Command and {Attribute}VAR"),
    };

    private static string Short(string image)
    {
        image = image[(image.IndexOf(':') + 1)..];
        return image.Length > 12 ? image[..12] : image;
    }
}
