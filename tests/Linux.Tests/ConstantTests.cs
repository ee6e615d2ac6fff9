using System.Reflection;
using System.Text;
using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>Every public constant of src/Linux has the value that the kernel's and glibc's own headers give it.</summary>
public sealed class ConstantTests
{
    public static TheoryData<string> Classes => [.. Headers.OfClass.Keys];

    [HeaderTheory]
    [MemberData(nameof(Classes))]
    public void Constants_have_the_values_of_the_headers(string name) =>
        Compare(name, [.. Constants(name), .. Choices(name)], CProgram.X64);

    /// <summary>A const is one for all processors.</summary>
    [Arm64HeaderTheory]
    [MemberData(nameof(Classes))]
    public void Constants_have_the_values_of_the_headers_of_arm64(string name) => Compare(name, Constants(name), CProgram.Arm64);

    private static void Compare(string name, Constant[] constants, string processor)
    {
        foreach (var group in constants.GroupBy(each => Headers.OfConstant.GetValueOrDefault($"{name}.{each.Name}", Headers.OfClass[name])))
            Compare(group.Key, [.. group], processor);
    }

    private static void Compare(string[] headers, Constant[] constants, string processor)
    {
        var source = new StringBuilder("#define _GNU_SOURCE\n#include <stdio.h>\n");
        foreach (string header in headers) source.Append($"#include <{header}>\n");
        foreach (var (constant, value) in Headers.Newer) source.Append($"#ifndef {constant}\n#define {constant} {value}\n#endif\n");
        source.Append("int main(void) {\n");
        foreach (Constant each in constants) source.Append($"  printf(\"{each.Name} %lld\\n\", (long long)({Headers.InC(each.Name)}));\n");
        source.Append("  return 0;\n}\n");

        string[] expected = CProgram.Run(source.ToString(), processor).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, constants.Select(each => $"{each.Name} {Value(each, expected)}"));
    }

    [Fact]
    public void Every_class_with_constants_is_checked()
    {
        IEnumerable<string> unchecked_ = typeof(Errno).Assembly.GetExportedTypes()
            .Where(type => !type.IsEnum && Constants(type).Length > 0 && !Headers.OfClass.ContainsKey(type.Name)).Select(type => type.Name);
        Assert.Empty(unchecked_);
    }

    private sealed record Constant(string Name, object Value);

    private static Constant[] Constants(string name) => Constants(Find(name));

    private static Constant[] Constants(Type type) => [.. type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral && !Headers.Ours.Contains($"{type.Name}.{field.Name}"))
            .Select(field => new Constant(field.Name, field.GetRawConstantValue()!))];

    /// <summary>Constants that differ between processors are properties, with the value of this one.</summary>
    private static Constant[] Choices(string name) => [.. Find(name).GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => char.IsUpper(property.Name[0]) && property.Name.Contains('_'))
            .Select(property => new Constant(property.Name, property.GetValue(null)!))];

    private static Type Find(string name) => typeof(Errno).Assembly.GetType("Minirun.Linux." + name, throwOnError: true)!;

    /// <summary>
    /// In C a flag may be a signed number and here an unsigned one, or the other way round (ioctl requests have bit 31): the bits count.
    /// </summary>
    private static long Value(Constant constant, string[] expected)
    {
        long value = constant.Value is ulong wide ? (long)wide : Convert.ToInt64(constant.Value);
        bool sameBits = constant.Value is int or uint && expected.Contains($"{constant.Name} {(uint)value}");
        return sameBits ? (uint)value : value;
    }
}
