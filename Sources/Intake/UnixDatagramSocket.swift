// SPDX-License-Identifier: Apache-2.0

import CLinux

/// A Unix datagram socket with a name in the file system, that receives. Closes when it is gone, and its file goes with it.
///
/// The kernel lets some datagrams wait (`net.unix.max_dgram_qlen`); beyond these the sender waits, or is told that there is
/// no room: nothing is lost here that could be counted.
package struct UnixDatagramSocket: ~Copyable, Sendable {
    /// Of its file.
    package let path: String
    let bound: BoundSocket

    /// Opens a socket at `path`, of at most 107 octets. The file of a process that is gone makes place.
    ///
    /// - Parameter mode: permissions of the file; who may write to it may send.
    package static func open(path: String, mode: UInt16) throws(SocketError) -> UnixDatagramSocket {
        var file = spate_unix_file()
        // SAFETY: the string is NUL-terminated for the call; the function writes one file and keeps no pointer.
        let status = unsafe spate_unix_socket(path, UInt32(mode), &file)
        let descriptor = try SocketError.check(status, .unix(path: path))
        return UnixDatagramSocket(
            path: path,
            bound: BoundSocket(descriptor, file: BoundSocket.SocketFile(path: path, identity: file)))
    }

    private init(path: String, bound: consuming BoundSocket) {
        self.path = path
        self.bound = bound
    }
}
