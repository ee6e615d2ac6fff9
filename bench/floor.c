// The floor under `minirun run ROOTFS CMD` as root: the same system calls for the same container, in the same order, from a static C
// program that knows them by heart. What minirun takes above this is the .NET runtime's start, reading the command line, the plan and its
// interpretation. ./build.sh bench compiles and runs it.
//
//   floor [-s STAGE] ROOTFS CMD [ARG...]
//
// -s ends the container's process after a stage: 1 its namespaces and id maps are made, 2 it is executed again as fork-news, 3 the root and
// its mounts, 4 masks, 5 pivot_root, capabilities and the rest, 6 the seccomp filter (then comes the command's execve). filter.h is the
// filter that strace saw minirun load.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const struct sock_filter s_filter[] = {
#include "filter.h"
};

enum { PLAN = 5, SYNC = 4, PLAN_BYTES = 6974 };
enum { MADE = 1, EXECUTED, MOUNTED, MASKED, PIVOTED, FILTERED };
enum { HIDDEN = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

static int check(long result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
        _exit(125);
    }
    return (int)result;
}
#define CALL(name, ...) check(syscall(SYS_##name, __VA_ARGS__), #name)

static void stage(int reached, int last) { if (reached == last) _exit(0); }

// --- the container's process ---

static int below(int root, const char *path, unsigned long long flags)
{
    struct open_how how = { .flags = flags | O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT };
    return CALL(openat2, root, path, &how, sizeof how);
}

static void put(int mount, int target)
{
    CALL(move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static void set(int mount, unsigned flags, unsigned long long attributes, unsigned long long propagation)
{
    struct mount_attr attr = { .attr_set = attributes, .propagation = propagation };
    CALL(mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr);
}

// file_system TYPE, "key", "value", ..., NULL: its mount, put on target.
static int file_system(int target, const char *type, unsigned attributes, const char *const *options)
{
    int fs = CALL(fsopen, type, FSOPEN_CLOEXEC);
    CALL(fsconfig, fs, FSCONFIG_SET_STRING, "source", type, 0);
    for (; *options; options += 2) CALL(fsconfig, fs, options[1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options[0], options[1], 0);
    CALL(fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    int mount = CALL(fsmount, fs, FSMOUNT_CLOEXEC, attributes);
    close(fs);
    put(mount, target);
    return mount;
}
#define OPTIONS(...) (const char *const[]){ __VA_ARGS__ __VA_OPT__(,) NULL, NULL }

static int directory(int parent, const char *name)
{
    CALL(mkdirat, parent, name, 0755);
    return CALL(openat, parent, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
}

static void device(int dev, const char *source, const char *name)
{
    struct statx found;
    int mount = CALL(open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    CALL(statx, mount, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &found);
    int target = CALL(openat, dev, name, O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    put(mount, target);
    close(target);
    close(mount);
}

static void bind_mount(int root, const char *source, unsigned recursive, const char *target, unsigned long long flags)
{
    int mount = CALL(open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
    set(mount, recursive, HIDDEN, 0);
    int where = below(root, target, flags);
    put(mount, where);
    close(where);
    close(mount);
}

static int mounts(int *pts)
{
    CALL(mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    int root = CALL(open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    set(root, 0, 0, MS_UNBINDABLE);
    CALL(move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
    int proc = below(root, "proc", O_DIRECTORY);
    close(file_system(proc, "proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, OPTIONS()));
    close(proc);
    int target = below(root, "dev", O_DIRECTORY);
    int dev = file_system(target, "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, OPTIONS("mode", "755", "size", "65536k"));
    close(target);
    device(dev, "/dev/null", "null");
    device(dev, "/dev/zero", "zero");
    device(dev, "/dev/full", "full");
    device(dev, "/dev/random", "random");
    device(dev, "/dev/urandom", "urandom");
    device(dev, "/dev/tty", "tty");
    CALL(symlinkat, "/proc/self/fd", dev, "fd");
    CALL(symlinkat, "fd/0", dev, "stdin");
    CALL(symlinkat, "fd/1", dev, "stdout");
    CALL(symlinkat, "fd/2", dev, "stderr");
    CALL(symlinkat, "pts/ptmx", dev, "ptmx");
    target = directory(dev, "pts");
    *pts = file_system(target, "devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
        OPTIONS("newinstance", NULL, "ptmxmode", "0666", "mode", "0620", "gid", "5"));
    close(target);
    target = directory(dev, "shm");
    close(file_system(target, "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
        OPTIONS("mode", "1777", "size", "65536k")));
    close(target);
    target = directory(dev, "mqueue");
    close(file_system(target, "mqueue", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, OPTIONS()));
    close(target);
    bind_mount(root, "/sys", AT_RECURSIVE, "sys", O_DIRECTORY);
    if (access("/etc/resolv.conf", F_OK) == 0) bind_mount(root, "/etc/resolv.conf", 0, "etc/resolv.conf", 0);
    if (access("/etc/hosts", F_OK) == 0) bind_mount(root, "/etc/hosts", 0, "etc/hosts", 0);
    return root;
}

// What the kernel has of the default masked paths; the parent looked.
static void mask(int root, int empty, const char *path)
{
    struct stat found;
    if (fstatat(root, path, &found, AT_SYMLINK_NOFOLLOW) < 0) return;
    int target = below(root, path, 0), mount;
    if (S_ISDIR(found.st_mode)) {
        mount = CALL(open_tree, empty, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
        set(mount, 0, HIDDEN, 0);
    } else {
        struct statx null;
        mount = CALL(open_tree, AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        CALL(statx, mount, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &null);
    }
    put(mount, target);
    close(target);
    close(mount);
}

static void read_only(int root, const char *path)
{
    struct stat found;
    if (fstatat(root, path, &found, AT_SYMLINK_NOFOLLOW) < 0) return;
    int target = below(root, path, 0);
    int mount = CALL(open_tree, target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
    set(mount, AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
    put(mount, target);
    close(target);
    close(mount);
}

static void confine(int root)
{
    // Docker's default capabilities, as minirun has them.
    static const unsigned long long kept = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER | 1ULL << CAP_FSETID |
        1ULL << CAP_KILL | 1ULL << CAP_SETGID | 1ULL << CAP_SETUID | 1ULL << CAP_SETPCAP | 1ULL << CAP_NET_BIND_SERVICE |
        1ULL << CAP_NET_RAW | 1ULL << CAP_SYS_CHROOT | 1ULL << CAP_MKNOD | 1ULL << CAP_AUDIT_WRITE | 1ULL << CAP_SETFCAP;
    struct pollfd parent = { .fd = SYNC };
    char where[4096];
    check(fchdir(root), "fchdir");
    set(root, 0, 0, MS_PRIVATE);
    CALL(pivot_root, ".", ".");
    check(umount2(".", MNT_DETACH), "umount2");
    check(chdir("/"), "chdir");
    check(sethostname("busybox", 7), "sethostname");
    check(setsid(), "setsid");
    CALL(keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    for (int one = 0; one <= CAP_LAST_CAP + 1; one++)
        if (one > CAP_LAST_CAP || !(kept >> one & 1)) prctl(PR_CAPBSET_DROP, one, 0, 0, 0);
    CALL(setgroups, 0, NULL);
    check(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "PR_SET_KEEPCAPS");
    CALL(setresgid, 0, 0, 0);
    CALL(setresuid, 0, 0, 0);
    check(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
    poll(&parent, 1, 0);
    check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "PR_CAP_AMBIENT");
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = {
        { .effective = (unsigned)kept, .permitted = (unsigned)kept },
        { .effective = kept >> 32, .permitted = kept >> 32 },
    };
    CALL(capset, &header, data);
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
    CALL(close_range, 3, 3, 0);
    CALL(close_range, 5, ~0U >> 1, 0);
    check(chdir("/"), "chdir");
    check(getcwd(where, sizeof where) ? 0 : -1, "getcwd");
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int container(int last, char **command)
{
    static const char *const masked[] = { "proc/acpi", "proc/asound", "proc/interrupts", "proc/kcore", "proc/keys",
        "proc/latency_stats", "proc/sched_debug", "proc/scsi",
        "proc/timer_list", "proc/timer_stats", "sys/devices/virtual/powercap", "sys/firmware" };
    static const char *const protected[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger" };
    struct pollfd parent = { .fd = SYNC };
    static char *environment[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root", "HOSTNAME=busybox", NULL };
    char byte;
    stage(EXECUTED, last);
    check(read(SYNC, &byte, 1), "read");
    char *plan = mmap(NULL, PLAN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, PLAN, 0);
    if (plan[0] != 'M') return 125;
    close(PLAN);
    fcntl(SYNC, F_SETFD, FD_CLOEXEC);
    check(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
    poll(&parent, 1, 0);
    int pts, root = mounts(&pts);
    stage(MOUNTED, last);
    int dev = below(root, "dev/mqueue", O_DIRECTORY); // an empty directory, for masks
    for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) mask(root, dev, masked[i]);
    for (size_t i = 0; i < sizeof protected / sizeof *protected; i++) read_only(root, protected[i]);
    stage(MASKED, last);
    dup3(root, 3, O_CLOEXEC);
    confine(3);
    stage(PIVOTED, last);
    struct sock_fprog program = { .len = sizeof s_filter / sizeof *s_filter, .filter = (struct sock_filter *)s_filter };
    CALL(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
    stage(FILTERED, last);
    execve(command[0], command, environment);
    return 127;
}

// --- its parent ---

static struct { char **argv; const char *root; int last; char self[4096]; } s_how;

// Shares the parent's memory until its execveat, as minirun's child does.
static int child(void *unused)
{
    char byte;
    (void)unused;
    close(3);
    int self = CALL(open_tree, AT_FDCWD, s_how.self, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    set(self, 0, MOUNT_ATTR_RDONLY, 0);
    check(read(SYNC, &byte, 1), "read");
    stage(MADE, s_how.last);
    check(chdir(s_how.root), "chdir");
    fcntl(PLAN, F_SETFD, 0);
    fcntl(SYNC, F_SETFD, 0);
    CALL(execveat, self, "", s_how.argv, (char *[]){ NULL }, AT_EMPTY_PATH);
    return 125;
}

static void map(int pid, const char *file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    int fd = check(open(path, O_WRONLY | O_CLOEXEC), path);
    check(write(fd, "0 0 4294967295\n", 15), path);
    close(fd);
}

int main(int argc, char **argv)
{
    if (strcmp(argv[0], "fork-news") == 0) return container(atoi(argv[1]), argv + 2);
    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        s_how.last = atoi(argv[2]);
        argv += 2;
        argc -= 2;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: floor [-s STAGE] ROOTFS CMD [ARG...]\n");
        return 125;
    }
    static char words[16], memory[64 * 1024] __attribute__((aligned(16)));
    static const char plan[PLAN_BYTES] = "Mrun";
    static char *child_argv[64];
    snprintf(words, sizeof words, "%d", s_how.last);
    child_argv[0] = "fork-news";
    child_argv[1] = words;
    for (int i = 2; i < argc && i < 63; i++) child_argv[i] = argv[i];
    s_how.argv = child_argv;
    s_how.root = argv[1];

    check(readlink("/proc/self/exe", s_how.self, sizeof s_how.self - 1), "readlink");
    int pair[2], pidfd, status;
    sigset_t relayed;
    sigfillset(&relayed);
    sigprocmask(SIG_BLOCK, &relayed, NULL);
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
    check(memfd_create("floor-plan", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
    int pid = check(clone(child, memory + sizeof memory, CLONE_VM | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
        CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, NULL, &pidfd), "clone");
    close(SYNC);
    map(pid, "uid_map");
    map(pid, "gid_map");
    check(send(pair[0], "\1", 1, MSG_NOSIGNAL), "send");
    check(write(PLAN, plan, sizeof plan), "write");
    fcntl(PLAN, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    send(pair[0], "\1", 1, MSG_NOSIGNAL);
    close(PLAN);
    int signals = check(signalfd(-1, &relayed, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
    // The end of the child's side of the pair: it has executed the command, or is gone.
    struct pollfd wait[3] = { { .fd = pair[0], .events = POLLIN } };
    poll(wait, 1, -1);
    wait[0] = (struct pollfd){ .fd = pidfd, .events = POLLIN };
    wait[1] = (struct pollfd){ .fd = signals, .events = POLLIN };
    poll(wait, 1, -1);
    check(waitpid(pid, &status, 0), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
