using System.Text;
using System.Text.Json;
using Minirun.Engine.Records;
using Xunit;

namespace Minirun.Engine.Tests.Containers;

/// <summary>What is written by hand is what the serializer writes, which reads it.</summary>
public sealed class ContainerJsonTests
{
    [Fact]
    public void A_plain_container_is_written_as_the_serializer_does()
    {
        Same(new ContainerConfig());
        Same(new ContainerState());
    }

    /// <summary>Each member has a value of its own, so that one that is forgotten, or written under another's name, shows.</summary>
    [Fact]
    public void Every_member_is_written_as_the_serializer_does()
    {
        var config = (ContainerConfig)Filled(typeof(ContainerConfig), new Counter())!;
        Assert.Contains("\"aliases\"", Same(config));
        var state = (ContainerState)Filled(typeof(ContainerState), new Counter())!;
        Assert.Contains("\"logTrouble\"", Same(state));
    }

    private static string Same(ContainerConfig config)
    {
        string text = JsonSerializer.Serialize(config, EngineJson.Default.ContainerConfig);
        Assert.Equal(text, Encoding.UTF8.GetString(ContainerJson.Write(config)));
        return text;
    }

    private static string Same(ContainerState state)
    {
        string text = JsonSerializer.Serialize(state, EngineJson.Default.ContainerState);
        Assert.Equal(text, Encoding.UTF8.GetString(ContainerJson.Write(state)));
        return text;
    }

    private sealed class Counter
    {
        public int Next => ++field;
    }

    /// <summary>By reflection: a member that somebody adds is in it.</summary>
    private static object? Filled(Type type, Counter counter)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"<tëxt & \"more\" {counter.Next}\n>";
        if (type == typeof(bool)) return true;
        if (type == typeof(double)) return counter.Next + 0.25;
        if (type.IsPrimitive) return Convert.ChangeType(counter.Next, type);
        object made = Activator.CreateInstance(type)!;
        if (made is System.Collections.IDictionary map) map[$"key {counter.Next}"] = $"value {counter.Next}";
        else if (made is System.Collections.IList list)
            for (int i = 0; i < 2; i++) list.Add(Filled(type.GetGenericArguments()[0], counter));
        else
            foreach (var property in type.GetProperties().Where(each => each.CanWrite))
                property.SetValue(made, Filled(property.PropertyType, counter));
        return made;
    }
}
