# What of the base configuration depends on the machine. An ordinary user needs a user namespace, and has one id in it.
.root.path = $rootfs
| .linux.cgroupsPath = $cgroup
| (.mounts[] | select(.destination == "/sys") | .options) = ["nosuid", "noexec", "nodev", "ro"]
| if $lane == "user" then
      .linux.namespaces += [{ type: "user" }]
      | (.mounts[] | select(.destination == "/sys")) |= . + { type: "none", source: "/sys", options: (["rbind"] + .options) }
      | .linux.uidMappings = [{ containerID: 0, hostID: $uid, size: 1 }]
      | .linux.gidMappings = [{ containerID: 0, hostID: $gid, size: 1 }]
  else . end
