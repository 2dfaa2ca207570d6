// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix

/// The file of a Unix socket: who may have it, and who may open it. The network library removes it when its server ends,
/// and the one that a dead server has left when another binds.
struct SocketFile: Sendable {
    /// Owner and group may ask.
    private static let permissions = 0o660
    /// Of a folder that is made for it.
    private static let folderPermissions = 0o750

    let path: String

    /// Before the socket is bound: makes the folder when only that is missing, and sees to it that nobody listens there.
    ///
    /// - Throws: ``ControlServerError`` when there is something else than a socket, or one that is in use.
    func prepare() async throws {
        guard let attributes else {
            makeFolder()
            return
        }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw ControlServerError(
                .unix(path: path), reason: "there is a file of this name already, which is no socket")
        }
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path).get()
            try? await channel.close()
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            return
        } catch let error as IOError where error.errnoCode != EAGAIN {
            throw ControlServerError(.unix(path: path), error)
        }
        throw ControlServerError(
            .unix(path: path), reason: "somebody listens there already: is another spate running?")
    }

    /// When the socket is bound.
    func open() {
        try? FileManager.default.setAttributes([.posixPermissions: Self.permissions], ofItemAtPath: path)
    }

    private var attributes: [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(atPath: path)
    }

    /// Without those above it: a path that is misspelt shall not leave a tree. That it fails is told by the bind.
    private func makeFolder() {
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        try? FileManager.default.createDirectory(
            atPath: String(folder), withIntermediateDirectories: false,
            attributes: [.posixPermissions: Self.folderPermissions])
    }
}
