using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>Every structure of src/Linux has the size, and each member the place and width, that the headers give it.</summary>
public sealed unsafe class StructureTests
{
    private const string Prelude = "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n";

    public static TheoryData<string> Structures => [.. Headers.OfStructure.Keys];

    [HeaderTheory]
    [MemberData(nameof(Structures))]
    public void Members_are_where_the_headers_have_them(string name) => Compare(name, CProgram.X64);

    /// <summary>A structure of ours is one for all processors.</summary>
    [Arm64HeaderTheory]
    [MemberData(nameof(Structures))]
    public void Members_are_where_the_headers_of_arm64_have_them(string name) => Compare(name, CProgram.Arm64);

    private static void Compare(string name, string processor)
    {
        Type type = Find(name);
        FieldInfo[] members = type.GetFields(BindingFlags.Public | BindingFlags.Instance);
        var source = new StringBuilder(Prelude);
        foreach (string header in Headers.OfStructure[name]) source.Append($"#include <{header}>\n");
        source.Append($"int main(void) {{\n  struct {name} s;\n  printf(\"size %zu\\n\", sizeof s);\n");
        foreach (FieldInfo member in members)
            source.Append($"  printf(\"{member.Name} %zu %zu\\n\", offsetof(struct {name}, {member.Name}), sizeof s.{member.Name});\n");
        source.Append("  return 0;\n}\n");

        string[] actual =
            [$"size {SizeOf(type)}", .. members.Select(member => $"{member.Name} {OffsetOf(type, member)} {WidthOf(member)}")];
        Assert.Equal(CProgram.Run(source.ToString(), processor).Split('\n', StringSplitOptions.RemoveEmptyEntries), actual);
    }

    [HeaderFact]
    public void A_control_message_with_one_descriptor_is_as_CMSG_has_it()
    {
        string output = CProgram.Run(Prelude + """
            #include <sys/socket.h>
            int main(void) {
              char space[CMSG_SPACE(sizeof(int))];
              struct cmsghdr *c = (struct cmsghdr *)space;
              printf("%zu %zu %zu %zu %zu %td\n", sizeof space, CMSG_LEN(sizeof(int)),
                     offsetof(struct cmsghdr, cmsg_len), offsetof(struct cmsghdr, cmsg_level),
                     offsetof(struct cmsghdr, cmsg_type), (char *)CMSG_DATA(c) - space);
              return 0;
            }
            """);
        Type type = typeof(cmsghdr_fd);
        Assert.Equal(output.Trim(),
            $"{SizeOf(type)} {cmsghdr_fd.Length} {Offset(type, "cmsg_len")} {Offset(type, "cmsg_level")} {Offset(type, "cmsg_type")} "
                + $"{Offset(type, "fd")}");
    }

    [Fact]
    public void Every_structure_is_checked()
    {
        IEnumerable<string> unchecked_ = typeof(Errno).Assembly.GetExportedTypes()
            .Where(
                type => type is { IsValueType: true, IsEnum: false, IsNested: false } && !Headers.OfStructure.ContainsKey(type.Name)
                    && !Headers.OurStructures.Contains(type.Name))
            .Select(type => type.Name);
        Assert.Empty(unchecked_);
    }

    private static Type Find(string name) => typeof(Errno).Assembly.GetType("Minirun.Linux." + name, throwOnError: true)!;

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static long Offset(Type type, string member) => OffsetOf(type, type.GetField(member)!);

    // Blittable structures are in memory as Marshal says: no marshalling changes them.
    private static long OffsetOf(Type type, FieldInfo member) => Marshal.OffsetOf(type, member.Name);

    private static int WidthOf(FieldInfo member)
    {
        if (member.GetCustomAttribute<FixedBufferAttribute>() is { } buffer) return SizeOf(buffer.ElementType) * buffer.Length;
        return member.FieldType.IsPointer ? sizeof(void*) : SizeOf(member.FieldType);
    }
}
