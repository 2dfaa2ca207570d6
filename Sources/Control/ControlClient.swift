// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running daemon: one connection, one request, one answer.
package struct ControlClient: Sendable {
    /// The answer to a request, whatever its status.
    package struct Answer: Equatable, Sendable {
        /// Of HTTP.
        package let status: Int
        /// What was sent with it.
        package let body: [UInt8]
    }

    /// The status of 4,096 exporters, with every counter of each, is less than half of it.
    package static let answerOctets = 16 << 20
    /// A daemon that works answers within milliseconds.
    package static let patienceSeconds: Int64 = 5

    private let address: ControlAddress
    private let patience: TimeAmount
    private let limit: Int

    /// - Parameters:
    ///   - patienceMilliseconds: for the whole exchange.
    ///   - answerOctets: a longer answer is refused.
    package init(
        _ address: ControlAddress, patienceMilliseconds: Int64 = patienceSeconds * 1000,
        answerOctets: Int = answerOctets
    ) {
        (self.address, limit) = (address, max(0, answerOctets))
        patience = .milliseconds(patienceMilliseconds)
    }

    /// `GET` of a path such as `/status`.
    ///
    /// - Throws: ``ControlClientError`` when there is no whole answer.
    package func get(_ path: String) async throws -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Answer.self)
        let (limit, patience) = (limit, patience)
        let deadline = loop.scheduleTask(in: patience) {
            answer.fail(ControlClientError(reason: "no answer within \(patience.nanoseconds / 1_000_000) ms"))
        }
        do {
            let bootstrap = ClientBootstrap(group: loop).connectTimeout(patience).channelInitializer {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandlers(
                        NIOHTTPClientResponseAggregator(maxContentLength: limit),
                        Exchange(path: path, limit: limit, answer: answer))
                }
            }
            bootstrap.connect(to: try address.resolved()).whenComplete { result in
                switch result {
                case .success(let channel):
                    answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
                case .failure(let error): answer.fail(ControlClientError(error))
                }
            }
        } catch {
            answer.fail(ControlClientError(error))
        }
        answer.futureResult.whenComplete { _ in deadline.cancel() }
        return try await answer.futureResult.get()
    }
}

/// Sends the request when the connection stands and waits for the whole answer.
private final class Exchange: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull
    typealias OutboundOut = HTTPClientRequestPart

    private let path: String
    private let limit: Int
    private let answer: EventLoopPromise<ControlClient.Answer>

    init(path: String, limit: Int, answer: EventLoopPromise<ControlClient.Answer>) {
        (self.path, self.limit, self.answer) = (path, limit, answer)
    }

    func channelActive(context: ChannelHandlerContext) {
        let headers: HTTPHeaders = ["Host": "localhost", "Connection": "close"]
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = unwrapInboundIn(data)
        answer.succeed(
            ControlClient.Answer(
                status: Int(response.head.status.code),
                body: response.body.map { Array($0.readableBytesView) } ?? []))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(fault(error))
        context.close(promise: nil)
    }

    private func fault(_ error: any Error) -> ControlClientError {
        switch error {
        case let error as NIOHTTPObjectAggregatorError where error == .frameTooLong:
            ControlClientError(reason: "the answer is longer than \(limit) bytes")
        case HTTPParserError.invalidEOFState: .cutShort
        case is HTTPParserError: ControlClientError(reason: "the answer is not HTTP")
        default: ControlClientError(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(ControlClientError.cutShort)
        context.fireChannelInactive()
    }
}

/// Why a daemon gave no answer.
package struct ControlClientError: Error, Equatable, CustomStringConvertible {
    /// In the words of the operating system, where it was asked.
    package let reason: String

    static let cutShort = ControlClientError(
        reason: "the connection was closed before the answer was whole")

    init(reason: String) { self.reason = reason }

    /// - Parameter error: of the network library.
    init(_ error: any Error) { reason = systemWords(error) }

    package var description: String { reason }
}
