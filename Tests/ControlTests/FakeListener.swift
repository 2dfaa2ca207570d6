// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import NIOCore
import NIOPosix

/// A Unix socket on which somebody listens who is no daemon of ours.
struct FakeListener {
    private let channel: any Channel

    /// - Parameters:
    ///   - saying: octets for everybody who connects; nil says nothing and keeps the connection.
    init(_ path: String, saying words: String? = nil) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Sayer(words: words))
                }
            }
            .bind(unixDomainSocketPath: path).get()
    }

    func close() async throws { try await channel.close() }

    /// Leaves the file that a daemon leaves when it is killed. Closing removes the file under the name that was bound.
    static func leaveBehind(_ path: String) async throws {
        let listener = try await FakeListener(path + "-bound")
        try FileManager.default.moveItem(atPath: path + "-bound", toPath: path)
        try await listener.close()
    }

    private final class Sayer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let words: String?

        init(words: String?) { self.words = words }

        /// When the request has come: a connection that is closed with octets unread loses what was said.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let words else { return }
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: words)))
                .whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
