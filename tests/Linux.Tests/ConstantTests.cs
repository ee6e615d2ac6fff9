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
    public void Constants_have_the_values_of_the_headers(string name)
    {
        Type type = typeof(Errno).Assembly.GetType("Minirun.Linux." + name, throwOnError: true)!;
        foreach (var group in Constants(type)
            .GroupBy(field => Headers.OfConstant.GetValueOrDefault($"{name}.{field.Name}", Headers.OfClass[name])))
            Compare(group.Key, [.. group]);
    }

    private static void Compare(string[] headers, FieldInfo[] fields)
    {
        var source = new StringBuilder("#define _GNU_SOURCE\n#include <stdio.h>\n");
        foreach (string header in headers) source.Append($"#include <{header}>\n");
        foreach (var (constant, value) in Headers.Newer) source.Append($"#ifndef {constant}\n#define {constant} {value}\n#endif\n");
        source.Append("int main(void) {\n");
        foreach (FieldInfo field in fields) source.Append($"  printf(\"{field.Name} %lld\\n\", (long long)({Headers.InC(field.Name)}));\n");
        source.Append("  return 0;\n}\n");

        string[] expected = CProgram.Run(source.ToString()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, fields.Select(field => $"{field.Name} {Value(field, expected)}"));
    }

    [Fact]
    public void Every_class_with_constants_is_checked()
    {
        IEnumerable<string> unchecked_ = typeof(Errno).Assembly.GetExportedTypes()
            .Where(type => Constants(type).Length > 0 && !type.IsEnum && !Headers.OfClass.ContainsKey(type.Name)).Select(type => type.Name);
        Assert.Empty(unchecked_);
    }

    private static FieldInfo[] Constants(Type type) =>
        [
            .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.IsLiteral && !Headers.Ours.Contains($"{type.Name}.{field.Name}"))];

    /// <summary>
    /// In C a flag may be a signed number and here an unsigned one, or the other way round (ioctl requests have bit 31): the bits count.
    /// </summary>
    private static long Value(FieldInfo field, string[] expected)
    {
        object constant = field.GetRawConstantValue()!;
        long value = constant is ulong wide ? (long)wide : Convert.ToInt64(constant);
        bool sameBits = constant is int or uint && expected.Contains($"{field.Name} {(uint)value}");
        return sameBits ? (uint)value : value;
    }
}
