// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that is whole at any time, also when the machine loses its power: a reader finds the old content or the new.
public enum DurableFile {
    /// Writes `octets` beside `path`, waits until the disk has them, and gives them the name. Readable by the owner only.
    ///
    /// - Returns: 0, or the `errno` of the step that failed; the file is what it was then.
    public static func replace(_ path: String, with octets: borrowing Span<UInt8>) -> Int32 {
        let beside = path + ".new"
        // SAFETY: the texts are zero-terminated copies that live for the call.
        let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        var failure = write(octets, to: descriptor)
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        // SAFETY: as above.
        if failure == 0, unsafe rename(beside, path) != 0 { failure = errno }
        guard failure == 0 else {
            // SAFETY: as above.
            _ = unsafe unlink(beside)
            return failure
        }
        syncFolder(of: path)
        return 0
    }

    private static func write(_ octets: borrowing Span<UInt8>, to descriptor: Int32) -> Int32 {
        // SAFETY: the pointer is used within the call only.
        unsafe octets.withUnsafeBytes { bytes in
            var offset = 0
            while let base = bytes.baseAddress, offset < bytes.count {
                // SAFETY: `offset` is below the count, and so many octets follow it.
                let count = unsafe Glibc.write(descriptor, base + offset, bytes.count - offset)
                if count < 0, errno != EINTR { return errno }
                offset += max(0, count)
            }
            return 0
        }
    }

    /// The new name is on the disk once its folder is. A file system that cannot do that has done what it can.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        // SAFETY: as above.
        let descriptor = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
