// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage

/// A file of the state directory: octets that are whole, or not there.
struct StateFile: Sendable {
    let path: String

    init(_ name: String, in directory: String) { path = directory + "/" + name }

    /// Why it could not be read or written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Makes the directory when it is absent.
    static func makeDirectory(_ directory: String) throws(Failure) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(description: reason(error))
        }
        guard FileManager.default.isWritableFile(atPath: directory) else {
            throw Failure(description: reason(EACCES))
        }
    }

    /// Its octets; nil when there is no such file.
    func read() throws(Failure) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Failure(description: Self.reason(error))
        }
    }

    /// Replaces them. When it returns the disk has them.
    func write(_ octets: [UInt8]) throws(Failure) {
        let number = DurableFile.replace(path, with: octets.span)
        guard number == 0 else { throw Failure(description: Self.reason(number)) }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        switch error.code {
        case .fileWriteNoPermission, .fileReadNoPermission: return reason(EACCES)
        case .fileWriteOutOfSpace: return reason(ENOSPC)
        case .fileWriteVolumeReadOnly: return reason(EROFS)
        case .fileNoSuchFile, .fileReadNoSuchFile: return reason(ENOENT)
        case .fileWriteFileExists: return "it is a file"
        default: return "error \(error.code.rawValue)"
        }
    }

    private static func reason(_ number: Int32) -> String {
        switch number {
        case EACCES, EPERM: "permission denied"
        case ENOSPC, EDQUOT: "no space left on the device"
        case EROFS: "the file system is read-only"
        case ENOENT, ENOTDIR: "no such file or directory"
        case EISDIR: "it is a directory"
        default: "errno \(number)"
        }
    }
}
