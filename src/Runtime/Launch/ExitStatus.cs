namespace Minirun.Runtime.Launch;

/// <summary>A wait(2) status as a shell reports it: 0–255, or 128+n for signal n.</summary>
public static class ExitStatus
{
    public static int Code(int status) => (status & 0x7f) != 0 ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}
