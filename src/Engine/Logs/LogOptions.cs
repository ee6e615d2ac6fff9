using System.Globalization;
using Minirun.Runtime;

namespace Minirun.Engine.Logs;

/// <summary>The options of one driver, as text and as what they stand for.</summary>
public sealed class LogOptions(string driver, IReadOnlyDictionary<string, string> values)
{
    public string Driver { get; } = driver;

    public IReadOnlyDictionary<string, string> Values { get; } = values;

    public bool Has(string name) => Values.ContainsKey(name);

    public string? Text(string name) => Values.TryGetValue(name, out string? value) ? value : null;

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Wrong(name, "true or false"),
    };

    public int? Number(string name, int least, int most)
    {
        if (Text(name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            && number <= most
            ? number
            : throw Wrong(name, $"a number from {least} to {most}");
    }

    /// <summary>Bytes: 10m, 1.5k, 4096, 1GiB; each unit is 1024 of the smaller one.</summary>
    public long? Size(string name) => Text(name) is not { } text ? null : LogUnits.Size(text) ?? throw Wrong(name, "a size such as 10m");

    /// <summary>Nanoseconds: 500ms, 1m30s.</summary>
    public long? Duration(string name) =>
        Text(name) is not { } text ? null : LogUnits.Duration(text) ?? throw Wrong(name, "a time such as 500ms or 2s");

    /// <exception cref="UserError">There is an option that is not among these.</exception>
    internal void Require(string[] known)
    {
        foreach (string name in Values.Keys)
        {
            if (Array.IndexOf(known, name) >= 0 || name is "mode" or "max-buffer-size") continue;
            throw new UserError($"unknown log opt '{name}' for {Driver} log driver",
                known.Length == 0 ? $"{Driver} has no options" : $"{Driver} has {string.Join(", ", known)}, mode, max-buffer-size");
        }
    }

    internal UserError Wrong(string name, string wanted) => new($"log opt {name}: '{Text(name)}' is not {wanted}",
        $"give --log-opt {name}=VALUE with {wanted}, or drop it");
}
