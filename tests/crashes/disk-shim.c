/*
 * Stands between a process and its disk (LD_PRELOAD, Linux): counts the calls that change files in one folder, makes chosen ones fail with
 * a real errno, and writes down all of them, so that a test can rebuild what a power cut could have left. Compiled and spoken to by
 * disk-shim.ts.
 *
 * DISK_SHIM_FOLDER: the folder, absolute; its lock and shared-memory files are left alone, as nothing of them must last.
 * DISK_SHIM_CONTROL: a file of struct control, which the process under test writes.
 * DISK_SHIM_LOG: where the calls are written down: "op TAB file TAB offset TAB length TAB other file LF", then `length` bytes for a write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 4096
#define NAME 256

struct control {
  int64_t calls;     /* made so far */
  int64_t fail_from; /* the first call that fails, counted from 1; 0: none */
  int64_t fail_upto; /* the last one */
  int64_t error;     /* errno */
};

static struct control idle;
static struct control *control = &idle;
static const char *folder;
static size_t folder_length;
static int log_file = -1;
/* File name below the folder of each descriptor; "." is the folder itself, "" a file elsewhere. */
static char names[FILES][NAME];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  folder = getenv("DISK_SHIM_FOLDER");
  if (folder == NULL) return;
  folder_length = strlen(folder);
  const char *control_path = getenv("DISK_SHIM_CONTROL");
  int file = control_path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, control_path, O_RDWR);
  if (file >= 0) {
    void *shared = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) control = shared;
  }
  const char *log_path = getenv("DISK_SHIM_LOG");
  if (log_path != NULL) log_file = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT, 0600);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The name below the folder, or "". */
static const char *below(const char *path) {
  if (folder == NULL || path == NULL || strncmp(path, folder, folder_length) != 0) return "";
  const char *rest = path + folder_length;
  if (*rest == '\0' || strcmp(rest, "/") == 0) return ".";
  if (*rest != '/' || strlen(rest) >= NAME || strchr(rest + 1, '/') != NULL) return "";
  return ends_with(rest, "-shm") || ends_with(rest, "-lock") ? "" : rest + 1;
}

static const char *name_of(int fd) { return fd >= 0 && fd < FILES ? names[fd] : ""; }

/* Whether this call must fail; errno is set then. */
static int fails(void) {
  int64_t call = ++control->calls;
  if (control->fail_from == 0 || call < control->fail_from || call > control->fail_upto) return 0;
  errno = (int)control->error;
  return 1;
}

static void note(const char *op, const char *name, int64_t offset, const void *bytes, size_t length, const char *other) {
  if (log_file < 0) return;
  int error = errno;
  char line[2 * NAME + 64];
  int size = snprintf(line, sizeof line, "%s\t%s\t%lld\t%zu\t%s\n", op, name, (long long)offset, length, other);
  if (syscall(SYS_write, log_file, line, (size_t)size) < 0 || (length > 0 && syscall(SYS_write, log_file, bytes, length) < 0)) abort();
  errno = error;
}

static int opened(int fd, const char *path, int flags, int existed) {
  if (fd < 0 || fd >= FILES) return fd;
  strcpy(names[fd], below(path));
  if (names[fd][0] == '\0' || names[fd][0] == '.') return fd;
  if (!existed) note("create", names[fd], 0, NULL, 0, "");
  else if (flags & O_TRUNC) note("truncate", names[fd], 0, NULL, 0, "");
  return fd;
}

static int open_any(const char *path, int flags, mode_t mode) {
  const char *name = below(path);
  int changes = *name != '\0' && *name != '.' && (flags & (O_CREAT | O_TRUNC));
  int existed = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
  if (changes && (!existed || (flags & O_TRUNC)) && fails()) return -1;
  return opened((int)syscall(SYS_openat, AT_FDCWD, path, flags, mode), path, flags, existed);
}

static mode_t mode_of(int flags, va_list more) { return flags & O_CREAT ? va_arg(more, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_any(path, flags, mode);
}

int close(int fd) {
  if (fd >= 0 && fd < FILES) names[fd][0] = '\0';
  return REAL(close)(fd);
}

static ssize_t written(const char *name, const void *bytes, ssize_t count, int64_t offset) {
  if (count > 0) note("write", name, offset, bytes, (size_t)count, "");
  return count;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  const char *name = name_of(fd);
  if (*name == '\0') return syscall(SYS_pwrite64, fd, bytes, count, offset);
  if (fails()) return -1;
  return written(name, bytes, syscall(SYS_pwrite64, fd, bytes, count, offset), offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t write(int fd, const void *bytes, size_t count) {
  const char *name = name_of(fd);
  if (*name == '\0') return syscall(SYS_write, fd, bytes, count);
  if (fails()) return -1;
  struct stat status;
  int64_t offset = fcntl(fd, F_GETFL) & O_APPEND ? (fstat(fd, &status) == 0 ? status.st_size : 0) : lseek(fd, 0, SEEK_CUR);
  return written(name, bytes, syscall(SYS_write, fd, bytes, count), offset);
}

static int synced(int fd, long call) {
  const char *name = name_of(fd);
  if (*name == '\0') return (int)syscall(call, fd);
  if (fails()) return -1;
  int result = (int)syscall(call, fd);
  if (result == 0) note("sync", name, 0, NULL, 0, "");
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t length) {
  const char *name = name_of(fd);
  if (*name == '\0') return (int)syscall(SYS_ftruncate, fd, length);
  if (fails()) return -1;
  int result = (int)syscall(SYS_ftruncate, fd, length);
  if (result == 0) note("truncate", name, length, NULL, 0, "");
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int rename(const char *from, const char *to) {
  const char *name = below(from);
  if (*name == '\0') return REAL(rename)(from, to);
  if (fails()) return -1;
  int result = REAL(rename)(from, to);
  if (result == 0) note("rename", name, 0, NULL, 0, below(to));
  return result;
}

static int removed(const char *path, int (*real)(const char *)) {
  const char *name = below(path);
  if (*name == '\0' || syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0) return real(path);
  if (fails()) return -1;
  char kept[NAME];
  strcpy(kept, name);
  int result = real(path);
  if (result == 0) note("unlink", kept, 0, NULL, 0, "");
  return result;
}

int unlink(const char *path) { return removed(path, REAL(unlink)); }
int remove(const char *path) { return removed(path, REAL(remove)); }
