/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unix_in.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int opened(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

/* Removes what a process left that is gone. Returns 0 when the name is free. */
static int32_t make_place(const struct sockaddr_un *address) {
    struct stat file;
    if (lstat(address->sun_path, &file) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(file.st_mode))
        return -ENOTSOCK;
    int probe = opened();
    if (probe < 0)
        return -errno;
    int reason = connect(probe, (const struct sockaddr *)address, sizeof *address) < 0 ? errno : 0;
    close(probe);
    if (reason == ECONNREFUSED)
        return unlink(address->sun_path) < 0 ? -errno : 0;
    /* EPROTOTYPE: somebody listens for connections there. */
    return reason == 0 || reason == EPROTOTYPE ? -EADDRINUSE : -reason;
}

static int32_t bound(int descriptor, const struct sockaddr_un *address, uint32_t mode, struct spate_unix_file *file) {
    struct stat status;
    if (bind(descriptor, (const struct sockaddr *)address, sizeof *address) < 0)
        return -errno;
    /* The umask has decided so far. */
    if (chmod(address->sun_path, mode) < 0 || lstat(address->sun_path, &status) < 0) {
        int reason = errno;
        unlink(address->sun_path);
        return -reason;
    }
    file->device = status.st_dev;
    file->inode = status.st_ino;
    return 0;
}

int32_t spate_unix_socket(const char *path, uint32_t mode, struct spate_unix_file *file) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0)
        return -EINVAL;
    if (length >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length + 1);
    int32_t status = make_place(&address);
    if (status < 0)
        return status;
    int descriptor = opened();
    if (descriptor < 0)
        return -errno;
    status = bound(descriptor, &address, mode, file);
    if (status == 0)
        return descriptor;
    close(descriptor);
    return status;
}

void spate_unix_remove(const char *path, const struct spate_unix_file *file) {
    struct stat status;
    if (lstat(path, &status) == 0 && status.st_dev == file->device && status.st_ino == file->inode)
        unlink(path);
}
