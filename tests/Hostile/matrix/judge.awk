# judge.awk FACTS REPORTS: which forms fall. FACTS tells what is whose on the host (host.sh: facts); a report is what the probe has seen,
# what became of the host's files, and how the command ended. For each form a line: verdict, way, form, error; and for each reason why
# it falls: why, way, form, reason, by what.
BEGIN { FS = "\t"; OFS = "\t" }

FNR == 1 { file++ }
{ sub(/\r$/, "") }

# --- facts -----------------------------------------------------------------------------------------------------------
file == 1 {
    split($1, word, " ")
    if (word[1] == "hostdev") host_type[word[2]] = word[3]
    else if (word[1] == "inode") host_inode[word[2]] = $2
    else if (word[1] == "given") { given_dev[$2] = word[2]; given_root[$2] = word[3]; given_inode[word[4]] = $2 }
    else if (word[1] == "work") { work = $2; state = $3 }
    else if (word[1] == "program") program[word[2]] = 1
    else if (word[1] == "ns") host_ns[word[2]] = word[3]
    else if (word[1] == "cgroup") { host_cgroup[word[2]] = 1; as_root = 1 }
    next
}

# --- reports ---------------------------------------------------------------------------------------------------------
$1 == "form" {
    verdict()
    way = $2; form = $3; begun = ended = own_cgroup_ns = 0; status = part = error = skipped = ""; reasons = 0
    delete reason; delete allowed; delete known; delete mine; delete seen; delete shared
    delete mount_dev; delete mount_root; delete mount_type; delete mount_ro
    count = split($4, words, " ")
    for (i = 1; i <= count; i++) { allowed[words[i]] = 1; if (words[i] ~ /^device:/) allowed["device"] = 1 }
    next
}
$1 == "part" { part = $2; begun = ended = 0; delete known; next }
{ split($1, word, " ") }
word[1] == "begin" { begun = 1; next }
word[1] == "end" { ended = 1; next }
word[1] == "status" { status = word[2]; error = $2; next }
word[1] == "mount" || word[1] == "inner" { read_mount(); next }
word[1] == "root" { if (word[2] != "one" && !("tree" in allowed)) fell("/ and /.. are two"); next }
word[1] == "ns" && word[2] == "cgroup" { own_cgroup_ns = host_ns["cgroup"] != word[3] }
word[1] == "ns" { if (host_ns[word[2]] == word[3] && !(("ns:" word[2]) in allowed)) fell("the " word[2] " namespace is the host's"); next }
word[1] == "cgroup" { control_group(word[2], word[3], $2); next }
word[1] == "tty" { if (word[2] == 0 && !("ns:pid" in allowed)) fell("the controlling terminal is the caller's"); next }
word[1] == "fd" { descriptor(); next }
word[1] == "place" { reached(word[2], word[3], word[4], word[5], $2); next }
word[1] == "secret" { if (!("tree" in allowed)) fell("reads the host's secret", $2); next }
word[1] == "did" { did(word[2], word[3], word[4], word[5], word[6], $2); next }
word[1] == "changed" { if (!("tree" in allowed) && !remountable($2)) fell("the host's " $2 " is changed"); next }
word[1] == "changed-root" { if (!("mounts" in allowed)) fell("the root file system is changed: " $2); next }
word[1] == "held" { if (!("tree" in allowed)) fell("the host's " $2 " is held", $1); next }
word[1] == "appeared" { fell("a mount has appeared on the host: " $2); next }
$1 == "skipped" { skipped = $2; next }
word[1] == "lost" { fell("no report of " $2); next }
END { verdict() }

function fell(text, how,   at) {
    text = clean(text)
    if (!(text in reason)) { reason[text] = clean(how); reasons++ }
}

function clean(text,   at) {
    while ((at = index(text, work)) > 0) text = substr(text, 1, at - 1) "WORK" substr(text, at + length(work))
    gsub(/lane[0-9]+/, "lane", text)
    return text
}

function verdict(   text) {
    if (way == "") return
    if (skipped != "") { print "refused", way, form, skipped; return }
    for (text in reason) print "why", way, form, text, reason[text]
    if (reasons) print "FALLS", way, form, ""
    else if (begun && ended) print "held", way, form, ""
    else if (!begun && status > 0 && status < 128 && error != "") print "refused", way, form, error
    else print "broken", way, form, "status " status ", " (begun ? "the report is cut" : "no report") ": " error
}

# below(PATH, TREE): is it the tree, or in it?
function below(path, tree) { return tree == "/" || path == tree || index(path, tree "/") == 1 }

# right_to(DEV, ROOT): "rw" or "ro" when that place in a file system of the host has been given.
function right_to(dev, root,   word, path, best) {
    for (word in allowed)
        if (word ~ /^r[wo]:/) {
            path = substr(word, 4)
            if (given_dev[path] == dev && below(root, given_root[path])) best = best == "rw" ? best : substr(word, 1, 2)
        }
    return best "" # a string, whatever awk it is
}

# What was given read-only to one who may remount it.
function remountable(path,   word) {
    if (!("mounts" in allowed)) return 0
    if (path ~ /^\/dev\//) return 1
    for (word in allowed) if (word ~ /^ro:/ && below(path, substr(word, 4))) return 1
    return 0
}

# given_by(INODE): "rw" or "ro" when it is the root of what was given: a descriptor.
function given_by(inode) {
    if (!(inode in given_inode)) return ""
    if (("rw:" given_inode[inode]) in allowed) return "rw"
    return ("ro:" given_inode[inode]) in allowed ? "ro" : ""
}

# The engine's own copies of /etc/hosts and the like, made for this container.
function is_copy(dev, root) {
    return given_dev[state] == dev && below(root, given_root[state]) && root ~ /\/(hosts|hostname|resolv\.conf)$/
}

# What may be seen of the host's without having been asked for: six devices, which a user namespace cannot make, /sys, control groups.
function is_device(type, rdev) {
    if ("devices" in allowed && type ~ /[bc]/) return 1
    return type == "c" && (rdev ~ /^(1:[35789]|5:0)$/ || ("device:" rdev) in allowed)
}
function is_device_node(dev, root) {
    if (dev != given_dev["/dev"]) return 0
    return root ~ /^\/(null|zero|full|random|urandom|tty)$/ || "devices" in allowed || "device" in allowed && root ~ /^\/[a-z]+$/
}
function is_system(type) {
    return type ~ /^(sysfs|cgroups|cgroup2?|securityfs|debugfs|tracefs|bpf|pstore|efivarfs|selinuxfs|configfs|fusectl)$/
}

function read_mount(   n, part_of, dev, root, point, options, type) {
    n = split($0, part_of, " ")
    dev = part_of[4]; root = part_of[5]; point = part_of[6]; options = part_of[7]
    for (i = 8; i < n && part_of[i] != "-"; i++) {}
    type = part_of[i + 1]
    if (part_of[1] == "inner") { dev = part_of[4]; root = part_of[5]; point = part_of[6] }
    mount_dev[part_of[2]] = dev; mount_root[part_of[2]] = root; mount_ro[part_of[2]] = options ~ /^ro/; mount_type[part_of[2]] = type
    if (!(dev in host_type)) { known[part_of[2]] = "rw"; return }
    known[part_of[2]] = right_to(dev, root)
    if (known[part_of[2]] == "" && is_copy(dev, root)) known[part_of[2]] = "rw"
    if (known[part_of[2]] != "") return
    if (is_system(host_type[dev])) {
        # One's own control group is one's own; in a cgroup namespace of one's own it is "/" (cgroup_namespaces(7)).
        own = host_type[dev] ~ /^cgroup2?$/ && (root != "/" || own_cgroup_ns) && root !~ /\.\./
        if (options !~ /^ro/ && !own && !("sys" in allowed) && !("tree" in allowed)) fell("the host's " point " can be written")
        known[part_of[2]] = "system"
        if (own && options !~ /^ro/) mine[part_of[2]] = 1
    } else if (is_device_node(dev, root)) known[part_of[2]] = "device"
    else if ("ns:pid" in allowed && type == "proc" || "ns:ipc" in allowed && (type == "mqueue" || point == "/dev/shm")) {
        known[part_of[2]] = "rw"
        shared[part_of[2]] = 1
    } else if (!("tree" in allowed)) fell("a mount of the host's: " dev " " root " on " point " (" type ")")
}

# reached(INODE, MOUNT, TYPE, RDEV, HOW): a place.
function reached(inode, mount, type, rdev, how,   dev) {
    dev = inode; sub(/:[0-9]+$/, "", dev)
    if ("tree" in allowed) return
    if (inode in program || given_by(inode) != "" || mount in shared) return
    if (mount in known && known[mount] != "") seen[inode] = known[mount]
    if (mount in known && (known[mount] != "" || is_device(type, rdev))) {
        if (!(inode in host_inode) || known[mount] == "system" || is_device(type, rdev)) return
        if (right_to(mount_dev[mount], mount_root[mount]) != "") return
    }
    if (is_elsewhere(mount, how) && (!(inode in host_inode) || inode in seen)) return
    if (!(dev in host_type) || is_shared(dev)) return # of the kernel's, or its own: pipes, sockets, namespaces
    if (is_device(type, rdev) && how ~ /descriptor|\/fd\//) return
    if (inode in host_inode) fell("reaches " host_inode[inode], how)
    else fell("reaches other files of the host on " dev, how)
}

function did(op, inode, mount, type, rdev, how,   dev, right) {
    dev = inode; sub(/:[0-9]+$/, "", dev)
    if ("tree" in allowed) return
    if (op == "device" || op == "disk") { if (!("devices" in allowed)) fell("opens a device it made, " rdev " " how); return }
    if (!(dev in host_type) || is_shared(dev)) return
    if ((op == "lease" || op == "lock") && inode in program && "mounts" in allowed) return # as fork-news can be traced then
    if (is_elsewhere(mount, how) && !(inode in host_inode)) return
    if (mount in mine) return
    right = mount in known ? known[mount] : is_elsewhere(mount, how) && inode in seen ? seen[inode] : ""
    if (right == "rw" || right != "" && ("mounts" in allowed || right == "system" && "sys" in allowed) || given_by(inode) == "rw") return
    # A lock holds up only those who ask for one: nobody does, of a device or of /sys. What was given to be read can be held, too.
    if (op == "lease" && right == "ro" || op == "lock" && right != "") return
    fell((op == "lease" ? "holds " : op == "lock" ? "locks " : "writes to ") \
        (right == "system" ? "files of the host's " mount_type[mount] : name(inode, dev, how)), op " of " how)
}

# What is not one of ours has too many names.
function name(inode, dev, how) {
    if (inode in host_inode) return host_inode[inode]
    return how ~ /^\/(given|dev)/ ? how : "other files of the host on " dev
}

# A mount of another namespace, made in there (a probe beside this one makes some): its number is not in the list. Whether it leads
# out, climbing tells; what is to be had at a mount of one's own may be had in there, too.
function is_elsewhere(mount, how) { return !(mount in known) && how ~ /^\/proc\/[0-9]+\/|namespace: |^a copy of|^setns/ }

# control_group(HIERARCHY:INODE, BELOW, HOW): the root of a control group file system that it mounted. An ordinary user may change none of
# the host's; who has the host's user namespace is the host's root.
function control_group(inode, below, how) {
    if (!as_root || "ns:user" in allowed) return
    if (inode in host_cgroup) fell("mounts the host's control group", how)
    else if (below > 0) fell("mounts control groups of others", how)
}

# Shared memory, with the IPC namespace of the host.
function is_shared(dev) { return "ns:ipc" in allowed && dev == given_dev["/dev/shm"] }

function descriptor(   dev, inode) {
    inode = word[3]; dev = inode; sub(/:[0-9]+$/, "", dev)
    if (word[2] > 2 && !(("fd:" word[2]) in allowed)) { fell("descriptor " word[2] " has come in: " $2); return }
    if (word[2] > 2 || !(dev in host_type) || is_shared(dev) || given_by(inode) != "" || "tree" in allowed) return
    if (is_device(word[5], word[6]) && word[6] == "1:3") return
    fell("descriptor " word[2] " is the host's " $2)
}
