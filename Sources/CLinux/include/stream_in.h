/* SPDX-License-Identifier: Apache-2.0
 *
 * TCP sockets that lines come in on. Descriptors are nonblocking and close-on-exec; every function returns a negative
 * errno when it fails. */
#ifndef SPATE_STREAM_IN_H
#define SPATE_STREAM_IN_H

#include <stdint.h>

struct spate_in_endpoint;

/* A socket to be bound with `spate_in_bind`, even while connections of a process before are still dying away. Its
 * connections have a receive buffer of `receive_octets` each, which does not grow. */
int32_t spate_stream_socket(int32_t is_ipv6, int32_t receive_octets);

/* Lets up to `waiting` connections wait to be accepted. Returns 0. */
int32_t spate_stream_listen(int32_t socket, int32_t waiting);

/* The descriptor of a connection that waits, and who is at its other end; -EAGAIN when none waits. A peer that is gone
 * without a word is found by TCP's own probes, after `silent_seconds` and some minutes. */
int32_t spate_stream_accept(int32_t socket, int32_t silent_seconds, struct spate_in_endpoint *peer);

/* Takes what has arrived, up to `capacity` octets. Returns how many, 0 at the end, -EAGAIN when nothing waits. */
int32_t spate_stream_receive(int32_t socket, uint8_t *octets, int32_t capacity);

#endif
