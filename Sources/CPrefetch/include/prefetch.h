/* SPDX-License-Identifier: Apache-2.0
 *
 * The one instruction that Swift has no word for. */
#ifndef SPATE_PREFETCH_H
#define SPATE_PREFETCH_H

/* Asks for the cache line at an address that is about to be read and written. Any address may be given. */
static inline void spate_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
