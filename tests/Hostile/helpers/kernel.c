// kernel WORD... -- COMMAND...: executes it as if on another kernel, or on one where something has gone wrong. Traced by ptrace(2),
// so no program of it gets more rights by its set-user-ID bit. Words:
//   no-listmount   listmount(2) is not there (before Linux 6.8)
//   no-right       listmount(2) is refused, as by the filter of an outer container
//   no-unique      mounts have no numbers that are never used again (before Linux 6.8)
//   chroot         pivot_root(2) is a chroot(2), and the old root stays where it is, below the new one
//   stays          an unmount says that it is done, and is not: the old root stays on top of the new one
//   nothing        neither does anything: the host's root is entered
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
int main(void) { return 77; }
#else

#define LISTMOUNT 458
#define UNIQUE 0x4000 // STATX_MNT_ID_UNIQUE

static int no_listmount, no_unique, by_chroot, stays, nothing;

// The calls that are looked at stop for the tracer; no other does.
static void watch(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LISTMOUNT, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statx, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pivot_root, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umount2, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    // Root needs no no_new_privs for it, and should not have it.
    if (geteuid() != 0) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) { perror("seccomp"); _exit(126); }
}

static void give(struct user_regs_struct *to, long long result) { to->orig_rax = -1ULL; to->rax = (unsigned long long)result; }

static void bend(pid_t pid)
{
    struct user_regs_struct now;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &now) != 0) return;
    switch (now.orig_rax) {
        case LISTMOUNT: if (no_listmount) give(&now, -no_listmount); break;
        case SYS_statx: if (no_unique) now.r10 &= ~(unsigned long long)UNIQUE; break;
        case SYS_pivot_root: // its first argument is the only one of chroot
            if (by_chroot) now.orig_rax = SYS_chroot;
            else if (nothing) give(&now, 0);
            break;
        case SYS_umount2: if (by_chroot || stays || nothing) give(&now, 0); break;
    }
    ptrace(PTRACE_SETREGS, pid, NULL, &now);
}

int main(int argc, char **argv)
{
    const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    int at = 1, status, result = 125;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        if (strcmp(argv[at], "no-listmount") == 0) no_listmount = ENOSYS;
        else if (strcmp(argv[at], "no-right") == 0) no_listmount = EPERM;
        else if (strcmp(argv[at], "no-unique") == 0) no_unique = 1;
        else if (strcmp(argv[at], "chroot") == 0) by_chroot = 1;
        else if (strcmp(argv[at], "stays") == 0) stays = 1;
        else if (strcmp(argv[at], "nothing") == 0) nothing = 1;
        else { fprintf(stderr, "kernel: what is %s?\n", argv[at]); return 2; }
    }
    if (at + 1 >= argc) return 2;
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(126);
        raise(SIGSTOP); // until the options are set: without a tracer that listens the calls fail
        watch();
        execvp(argv[at + 1], argv + at + 1);
        perror(argv[at + 1]);
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child || ptrace(PTRACE_SETOPTIONS, child, NULL, options) != 0) return 125;
    ptrace(PTRACE_CONT, child, NULL, 0);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR) continue;
        if (pid < 0) return result;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (pid == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_SECCOMP) bend(pid);
        // A new process stops before it runs; whoever has executed a program traps.
        if (event || signal == SIGTRAP || signal == SIGSTOP) signal = 0;
        ptrace(PTRACE_CONT, pid, NULL, signal);
    }
}
#endif
