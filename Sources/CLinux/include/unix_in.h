/* SPDX-License-Identifier: Apache-2.0
 *
 * Unix datagram sockets that lines come in on. */
#ifndef SPATE_UNIX_IN_H
#define SPATE_UNIX_IN_H

#include <stdint.h>

/* Which file a socket was bound to, whatever has its name later. */
struct spate_unix_file {
    uint64_t device;
    uint64_t inode;
};

/* A nonblocking close-on-exec datagram socket bound to `path`, whose file has the permissions `mode`. The file of a socket
 * on which nobody listens any more makes place; returns -EADDRINUSE when somebody does, -ENOTSOCK for another kind of
 * file, -ENAMETOOLONG for a path of more than 107 octets, another -errno otherwise. */
int32_t spate_unix_socket(const char *path, uint32_t mode, struct spate_unix_file *file);

/* Removes the file, unless its name stands for another one by now. */
void spate_unix_remove(const char *path, const struct spate_unix_file *file);

#endif
