# What depends on who runs the suite: an ordinary user needs a user namespace, and has one id in it.
def caps: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_MKNOD"];
def map($id; $size): [{ containerID: 0, hostID: $id, size: $size }];
.process.capabilities = { bounding: caps, effective: caps, permitted: caps }
| if $uid == 0 then
      .linux.cgroupsPath = $cgroup
  else
      .linux.namespaces += [{ type: "user" }] | .linux.uidMappings = map($uid; 1) | .linux.gidMappings = map($gid; 1)
  end
