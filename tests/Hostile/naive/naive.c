// naive: an OCI runtime as nobody should write one, so that each case of the suite is seen to be able to fail. It joins strings to paths,
// follows every symlink, leaks descriptors, stays dumpable, does its work in /proc by path, and believes what an image says.
// Never use it for anything else.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 4096
static char *state = "/tmp/naive-state", *bundle = ".", *pid_file, *id, *user, *extra_cap;
static int detach;

struct line { char *field[8]; int fields; };
static struct line plan[MANY];
static int lines;

static int die(const char *what)
{
    fprintf(stderr, "naive: %s: %s\n", what, strerror(errno));
    exit(1);
}

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *format, ...)
{
    char buffer[4096]; // whatever is longer is cut
    va_list list;
    va_start(list, format);
    vsnprintf(buffer, sizeof buffer, format, list);
    va_end(list);
    return strdup(buffer);
}

static char *self_directory(void)
{
    char buffer[4096];
    ssize_t length = readlink("/proc/self/exe", buffer, sizeof buffer - 1);
    buffer[length < 0 ? 0 : length] = 0;
    *strrchr(buffer, '/') = 0;
    return strdup(buffer);
}

static void read_plan(const char *file)
{
    const char *filter = getenv("NAIVE_PLAN");
    FILE *jq = popen(text("jq -r -f '%s' '%s'", filter ? filter : text("%s/plan.jq", self_directory()), file), "r");
    char *line = NULL, *at;
    size_t size = 0;
    while (jq && getline(&line, &size, jq) > 0 && lines < MANY) {
        struct line *to = &plan[lines++];
        at = line;
        at[strcspn(at, "\n")] = 0;
        for (char *c = at; *c; c++) if (*c == '\036') *c = '\n';
        while (at && to->fields < 8) to->field[to->fields++] = strsep(&at, "\037");
        line = NULL;
        size = 0;
    }
    if (!jq || pclose(jq) != 0 || lines == 0) { errno = EINVAL; die(file); }
}

#define EACH(l, kind) for (struct line *l = plan; l < plan + lines; l++) if (strcmp(l->field[0], kind) == 0)
static char *value(const char *kind, int field) { EACH(l, kind) return l->field[field] ? l->field[field] : ""; return ""; }

static void write_file(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0) {
        if (write(fd, content, strlen(content)) < 0) {}
        close(fd);
    }
}

static void make_directories(char *path)
{
    for (char *c = path + 1; *c; c++)
        if (*c == '/') { *c = 0; mkdir(path, 0755); *c = '/'; }
    mkdir(path, 0755);
}

static const struct { const char *name; int flag; } namespaces[] = {
    { "user", CLONE_NEWUSER }, { "ipc", CLONE_NEWIPC }, { "uts", CLONE_NEWUTS }, { "network", CLONE_NEWNET }, { "net", CLONE_NEWNET },
    { "pid", CLONE_NEWPID }, { "mount", CLONE_NEWNS }, { "mnt", CLONE_NEWNS }, { "cgroup", CLONE_NEWCGROUP } };

static int flag_of(const char *name)
{
    for (unsigned i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        if (strcmp(namespaces[i].name, name) == 0) return namespaces[i].flag;
    return 0;
}

static const char *capabilities[] = { "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE",
    "SYS_RAWIO", "SYS_CHROOT",
    "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD" };

static unsigned capability(const char *name)
{
    for (unsigned i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
        if (strcmp(capabilities[i], strncmp(name, "CAP_", 4) == 0 ? name + 4 : name) == 0) return 1u << i;
    return 0;
}

// The user as a number if it looks like one to strtoul, after the image was asked.
static void become(unsigned long uid, unsigned long gid)
{
    unsigned mask = extra_cap ? capability(extra_cap) : 0;
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { { 0 } };
    EACH(l, "cap") mask |= capability(l->field[1]);
    for (int i = 0; i <= 40; i++)
        if (i >= 28 || !(mask >> i & 1)) prctl(PR_CAPBSET_DROP, i);
    prctl(PR_SET_KEEPCAPS, 1);
    setgroups(0, NULL);
    if (setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) != 0) die("gid");
    if (setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) != 0) die("uid");
    data[0].effective = data[0].permitted = data[0].inheritable = mask;
    syscall(SYS_capset, &header, data);
    if (*value("nnp", 1)) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void execute(char **arguments, const char *directory)
{
    static char *environment[MANY];
    int count = 0;
    EACH(l, "env") {
        environment[count++] = l->field[1];
        if (strncmp(l->field[1], "PATH=", 5) == 0) setenv("PATH", l->field[1] + 5, 1);
    }
    if (chdir(directory) != 0) die(directory);
    execvpe(arguments[0], arguments, environment);
    die(arguments[0]);
}

// --- mounts: root + destination, and what is on the way is followed -----------------------------------------------------

static void make_point(char *path, const char *source, int bind)
{
    struct stat is;
    char *parent;
    if (stat(path, &is) == 0) return;
    if (bind && stat(source, &is) == 0 && !S_ISDIR(is.st_mode)) {
        parent = strdup(path);
        *strrchr(parent, '/') = 0;
        make_directories(parent);
        close(open(path, O_WRONLY | O_CREAT, 0644));
    } else make_directories(path);
}

static void mount_one(const char *root, struct line *l)
{
    char *path = text("%s%s", root, l->field[1]), *type = l->field[2], *source = l->field[3], *options = l->field[4];
    int bind = strstr(options, "bind") != NULL || strcmp(type, "bind") == 0;
    if (strcmp(type, "cgroup") == 0) { bind = 1; source = "/sys/fs/cgroup"; options = "rbind"; }
    if (bind && access(source, F_OK) != 0) make_directories(strdup(source)); // as docker does
    make_point(path, source, bind);
    if (bind) {
        if (mount(source, path, NULL, MS_BIND | MS_REC, NULL) != 0) die(path);
        if (strstr(options, "ro")) mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
    } else if (mount(source, path, type, 0, strcmp(type, "devpts") == 0 ? "newinstance,ptmxmode=0666,mode=0620" : NULL) != 0) die(path);
}

static void devices(const char *root)
{
    static const char *names[] = { "null", "zero", "full", "random", "urandom", "tty" };
    static const char *links[][2] = {
        { "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" }, { "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" },
        { "pts/ptmx", "ptmx" },
    };
    make_directories(text("%s/dev", root));
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = text("%s/dev/%s", root, names[i]);
        struct stat is;
        if (stat(path, &is) == 0) continue; // the image has one
        close(open(path, O_WRONLY | O_CREAT, 0666));
        mount(text("/dev/%s", names[i]), path, NULL, MS_BIND, NULL);
    }
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++)
        if (symlink(links[i][0], text("%s/dev/%s", root, links[i][1])) != 0) {}
    close(open(text("%s/dev/console", root), O_WRONLY | O_CREAT, 0600));
}

static void hooks(void)
{
    EACH(l, "hook") {
        int status, ends[2];
        if (pipe(ends) != 0) die("pipe");
        pid_t pid = fork();
        if (pid == 0) {
            dup2(ends[0], 0);
            close(ends[1]);
            execv(l->field[1], l->field + 2);
            _exit(127);
        }
        close(ends[0]);
        if (write(ends[1], "{}", 2) < 0) {}
        close(ends[1]);
        waitpid(pid, &status, 0);
        if (status != 0) { errno = ECANCELED; die(l->field[1]); }
    }
}

static void terminal(const char *root, int slave)
{
    char name[64];
    char *theirs, *console = text("%s/dev/console", root);
    int number = -1;
    struct stat is;
    if (ioctl(slave, TIOCGPTN, &number) != 0) die("terminal");
    snprintf(name, sizeof name, "/dev/pts/%d", number);
    theirs = text("%s%s", root, name); // of the container's own, if it has one by that name
    mount(stat(theirs, &is) == 0 ? theirs : name, console, NULL, MS_BIND, NULL);
}

static void stack(void)
{
    if (mount("tmpfs", "/", "tmpfs", 0, NULL) != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0) die("stack");
}

static void initialize(int master)
{
    char *root = value("root", 1), number[32];
    if (root[0] != '/') root = text("%s/%s", bundle, root);
    mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) != 0) die(root);
    EACH(l, "mount") mount_one(root, l);
    devices(root);
    hooks();
    if (master >= 0) terminal(root, master);
    EACH(l, "mask") mount(text("%s/dev/null", root), text("%s%s", root, l->field[1]), NULL, MS_BIND, NULL);
    EACH(l, "readonly") {
        char *path = text("%s%s", root, l->field[1]);
        mount(path, path, NULL, MS_BIND | MS_REC, NULL);
        mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
    }
    if (chdir(root) != 0) die(root);
    if (getenv("NAIVE_STACK")) stack(); // what `run --ephemeral` once did: two mounts on "/", and one umount
    if (syscall(SYS_pivot_root, ".", ".") != 0) die("pivot_root");
    umount2(".", MNT_DETACH);
    if (chdir("/") != 0) die("/");
    if (strcmp(value("root", 2), "true") == 0) {
        snprintf(number, sizeof number, "/proc/self/fd/%d", open("/", O_PATH | O_DIRECTORY));
        mount(NULL, number, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
    }
    EACH(l, "sysctl") {
        char *path = text("/proc/sys/%s", l->field[1]);
        for (char *c = path; *c; c++) if (*c == '.') *c = '/';
        write_file(path, l->field[2]);
    }
    if (*value("oom", 1)) write_file("/proc/self/oom_score_adj", value("oom", 1));
    if (sethostname(value("hostname", 1), strlen(value("hostname", 1))) != 0) {}
}

// --- run ---------------------------------------------------------------------------------------------------------------

static void pump(int master)
{
    char buffer[4096];
    ssize_t length;
    while ((length = read(master, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, (size_t)length) < 0) return;
}

static int believed(void)
{
    char *annotations = text(
        "jq -e '.annotations | to_entries | any(.key | test(\"privileged\"))' '%s/config.json' >/dev/null 2>&1", bundle);
    return system(annotations) == 0;
}

static int run(void)
{
    int flags = 0, ready[2], go[2], pids[2], status, master = -1;
    char byte, *directory = text("%s/%s", state, id), maps[2][4096] = { "", "" };
    pid_t child, init = 0;

    read_plan(text("%s/config.json", bundle));
    if (believed()) { // what the image asks for
        EACH(l, "mask") l->field[0] = "-";
        EACH(l, "readonly") l->field[0] = "-";
        plan[lines++] = (struct line){ { "cap", "SYS_ADMIN" }, 2 };
        plan[lines++] = (struct line){ { "cap", "SYS_PTRACE" }, 2 };
        EACH(l, "nnp") l->field[0] = "-";
    }
    make_directories(directory);
    write_file(text("%s/bundle", directory), bundle);
    if (strcmp(value("terminal", 1), "true") == 0) {
        master = posix_openpt(O_RDWR | O_NOCTTY);
        if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) die("terminal");
    }
    EACH(l, "ns") if (!*l->field[2]) flags |= flag_of(l->field[1]);
    EACH(l, "map") {
        char *map = maps[l->field[1][0] == 'g'];
        snprintf(map + strlen(map), sizeof maps[0] - strlen(map), "%s %s %s\n", l->field[2], l->field[3], l->field[4]);
        if (strlen(map) == sizeof maps[0] - 1) strrchr(map, '\n')[1] = 0; // no half lines
    }
    if (pipe(ready) != 0 || pipe(go) != 0 || pipe(pids) != 0) die("pipe");
    child = fork();
    if (child == 0) {
        for (int first = 1; first >= 0; first--)
            EACH(l, "ns") if (*l->field[2] && (strcmp(l->field[1], "user") == 0) == first) {
                int fd = open(l->field[2], O_RDONLY);
                if (fd < 0 || setns(fd, 0) != 0) die(l->field[2]);
            }
        if (unshare(flags) != 0) die("unshare");
        if (write(ready[1], "", 1) < 0 || read(go[0], &byte, 1) < 0) die("parent");
        if (flags & CLONE_NEWUSER) { setresgid(0, 0, 0); setresuid(0, 0, 0); }
        init = fork();
        if (init == 0) {
            static char *arguments[MANY];
            int count = 0;
            initialize(master);
            if (master >= 0) {
                int slave = ioctl(master, TIOCGPTPEER, O_RDWR);
                setsid();
                ioctl(slave, TIOCSCTTY, 0);
                for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
            }
            become(strtoul(value("user", 1), NULL, 0), strtoul(value("user", 2), NULL, 0));
            EACH(l, "arg") arguments[count++] = l->field[1];
            execute(arguments, value("cwd", 1));
        }
        if (write(pids[1], &init, sizeof init) < 0) die("parent");
        if (detach) _exit(0);
        waitpid(init, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    close(ready[1]);
    close(pids[1]);
    if (read(ready[0], &byte, 1) == 1 && flags & CLONE_NEWUSER) {
        if (geteuid() != 0) write_file(text("/proc/%d/setgroups", child), "deny");
        write_file(text("/proc/%d/uid_map", child), maps[0]);
        write_file(text("/proc/%d/gid_map", child), maps[1]);
    }
    if (write(go[1], "", 1) < 0 || read(pids[0], &init, sizeof init) != sizeof init) { waitpid(child, &status, 0); return 1; }
    write_file(text("%s/pid", directory), text("%d", init));
    if (pid_file) write_file(pid_file, text("%d", init));
    if (detach) { waitpid(child, &status, 0); return 0; }
    if (master >= 0) pump(master);
    waitpid(child, &status, 0);
    if (system(text("rm -rf '%s'", directory)) != 0) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// --- the other commands --------------------------------------------------------------------------------------------------

static pid_t init_of(void)
{
    FILE *file = fopen(text("%s/%s/pid", state, id), "r");
    int pid = 0;
    if (!file || fscanf(file, "%d", &pid) != 1) die(id);
    return pid;
}

static char *bundle_of(void)
{
    char buffer[4096] = "";
    FILE *file = fopen(text("%s/%s/bundle", state, id), "r");
    if (!file || !fgets(buffer, sizeof buffer, file)) die(id);
    return strdup(buffer);
}

static unsigned long user_of(char *name)
{
    char line[4096];
    FILE *passwd = fopen("/etc/passwd", "r");
    while (passwd && fgets(line, sizeof line, passwd)) {
        char *at = line, *first = strsep(&at, ":");
        strsep(&at, ":");
        if (strcmp(first, name) == 0) return strtoul(at, NULL, 0);
    }
    return strtoul(name, NULL, 0);
}

static int exec_in(char **arguments, const char *directory)
{
    static const char *order[] = { "user", "ipc", "uts", "net", "pid", "mnt" };
    int fds[6], status;
    struct stat ours, theirs;
    pid_t pid = init_of(), child;
    read_plan(text("%s/config.json", bundle_of()));
    for (int i = 0; i < 6; i++) {
        fds[i] = open(text("/proc/%d/ns/%s", pid, order[i]), O_RDONLY);
        if (fds[i] < 0) die(order[i]);
    }
    for (int i = 0; i < 6; i++) {
        if (fstat(fds[i], &theirs) == 0 && stat(text("/proc/self/ns/%s", order[i]), &ours) == 0 && ours.st_ino == theirs.st_ino) continue;
        if (setns(fds[i], 0) != 0) die(order[i]);
        if (i == 0) { setresgid(0, 0, 0); setresuid(0, 0, 0); }
    }
    child = fork();
    if (child == 0) {
        usleep(2000); // a word with its parent, as others have here
        unsigned long uid = user ? user_of(strsep(&user, ":")) : strtoul(value("user", 1), NULL, 0);
        become(uid, user ? strtoul(user, NULL, 0) : strtoul(value("user", 2), NULL, 0));
        execute(arguments, directory ? directory : value("cwd", 1));
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int delete(void)
{
    kill(init_of(), SIGKILL);
    return system(text("rm -rf '%s/%s'", state, id)) != 0;
}

int main(int argc, char **argv)
{
    char *verb = NULL, *directory = NULL;
    int i;
    if (argc > 1 && strcmp(argv[1], "--version") == 0) { puts("naive, which falls"); return 0; }
    if (getenv("TMPDIR")) state = text("%s/naive-%d", getenv("TMPDIR"), getuid());
    for (i = 1; i < argc; i++) {
        char *flag = argv[i];
        if (flag[0] != '-') { if (!verb) verb = flag; else { id = flag; i++; break; } }
        else if (strcmp(flag, "--root") == 0) state = argv[++i];
        else if (strcmp(flag, "--bundle") == 0) bundle = argv[++i];
        else if (strcmp(flag, "--pid-file") == 0) pid_file = argv[++i];
        else if (strcmp(flag, "--detach") == 0) detach = 1;
        else if (strcmp(flag, "--user") == 0) user = argv[++i];
        else if (strcmp(flag, "--cap") == 0) extra_cap = argv[++i];
        else if (strcmp(flag, "--cwd") == 0) directory = argv[++i];
    }
    if (verb && id && strcmp(verb, "run") == 0) return run();
    if (verb && id && strcmp(verb, "exec") == 0) return exec_in(argv + i, directory);
    if (verb && id && strcmp(verb, "delete") == 0) return delete();
    fprintf(stderr, "usage: naive run|exec|delete ID\n");
    return 1;
}
