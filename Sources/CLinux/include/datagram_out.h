/* SPDX-License-Identifier: Apache-2.0 */

/* What leaves the process without ever blocking it: datagrams and appended lines. Descriptors are close-on-exec.
 * Every function returns a negative errno when it fails. */
#ifndef SPATE_DATAGRAM_OUT_H
#define SPATE_DATAGRAM_OUT_H

#include <stdint.h>

/* A datagram socket connected to the Unix socket at `path`, an abstract one when it begins with '@'; the descriptor. */
int32_t spate_out_unix_open(const char *path);

/* A UDP socket connected to an address in 128 bits (IPv4 as IPv4-mapped) and a port; the descriptor. */
int32_t spate_out_udp_open(uint64_t high, uint64_t low, uint16_t port);

/* Sends one datagram; 0 when it was taken, -EAGAIN when there is no room now. */
int32_t spate_out_send(int32_t descriptor, const uint8_t *bytes, int32_t count);

/* A file open for appending, created when it is missing; the descriptor. */
int32_t spate_out_file_open(const char *path);

/* 1 when `path` still names the open file, 0 when it was renamed, removed or replaced. */
int32_t spate_out_file_is_current(int32_t descriptor, const char *path);

/* Appends; the number of bytes taken, -EAGAIN when a pipe has no room now. */
int32_t spate_out_append(int32_t descriptor, const uint8_t *bytes, int32_t count);

void spate_out_close(int32_t descriptor);

/* Local time minus UTC, in seconds, at a time in seconds since the epoch. */
int32_t spate_local_offset(int64_t seconds);

#endif
