namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Where a decision leads: to a verdict, or to a label where more is looked at.</summary>
internal readonly record struct Goal(uint Verdict, int At)
{
    public static Goal Of(uint verdict) => new(verdict, -1);

    public static Goal To(int label) => new(0, label);

    public int Label(BpfAssembler code) => At >= 0 ? At : code.Return(Verdict);
}
