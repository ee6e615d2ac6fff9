// Blittable arguments only: no marshalling stubs between us and the kernel (docs/decisions/0004).
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
