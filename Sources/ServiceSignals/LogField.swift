// SPDX-License-Identifier: Apache-2.0

/// What a field of an access line is to Spate, whichever program wrote it and however it calls it.
enum LogField: Equatable, Sendable {
    /// Passed over.
    case other
    /// Address of the client.
    case client
    /// HTTP status of the answer.
    case status
    /// The status before an internal redirect; counts where no other is named (Apache `%s`).
    case originalStatus
    /// The whole request line: `GET /app/item?x=1 HTTP/1.1`.
    case request
    /// The target of the request: `/app/item?x=1`.
    case target
    /// haproxy's frontend.
    case frontend
    /// haproxy's backend.
    case backend
    /// The virtual host that was asked, or that answered.
    case site
    /// haproxy's termination state, of which the first two letters count.
    case termination
    /// The number of what went wrong before there was a request: haproxy's `%[fc_err]` in an `error-log-format`, 0 for
    /// a request that could not be read.
    case connectionError
    /// What nginx's `limit_req` or `limit_conn` decided.
    case limitStatus
    /// Address of the server that answered.
    case serverAddress
    /// Its port.
    case serverPort
    /// `ADDRESS:PORT` of the server that answered.
    case server
    /// Requests that were waiting in a queue when this one was put into it.
    case queue
    /// A duration.
    case time(TimerKind, TimeUnit)
    /// A date that fills the field.
    case date(DateForm, DateMeaning)
    /// One part of a date that the format puts together.
    case datePart(DatePart, DateMeaning)
}

/// Which duration of a request a field tells.
enum TimerKind: Int, CaseIterable, Sendable {
    /// Until the request was there: haproxy `%TR`, `%Tq`.
    case request
    /// In the queue: haproxy `%Tw`.
    case queue
    /// To the server behind: haproxy `%Tc`.
    case connect
    /// Until the server's answer began: haproxy `%Tr`, or any program's own word for the server's time.
    case response
    /// Of the server behind, summed over all that were asked: nginx `$upstream_response_time`.
    case upstream
    /// Until the first octet of the answer left: Apache `%^FB`.
    case firstOctet
    /// From the beginning of the request to the end of the answer: haproxy `%Ta`.
    case active
    /// From beginning to end, as the program counts it.
    case total
}

/// The unit of a duration. The raw value is nanoseconds.
enum TimeUnit: UInt64, Sendable {
    case nanoseconds = 1
    case microseconds = 1000
    case milliseconds = 1_000_000
    case seconds = 1_000_000_000
}

/// How a date is written.
enum DateForm: Equatable, Sendable {
    /// `21/Nov/2026:02:02:43`, with `.907` and ` +0000` if they are there.
    case common
    /// RFC 3339 and its kin.
    case numeric
    /// A number since 1970 in this unit, with a fraction if there is one.
    case epoch(TimeUnit)
    /// Whichever of these it looks like; numbers in the unit that brings them nearest to today.
    case any
}

/// When the date of a line was taken.
enum DateMeaning: Sendable {
    /// When the answer had been sent.
    case end
    /// When the connection was accepted.
    case accept
    /// When the request began.
    case request
}

/// One part of a date, as `strftime` knows them.
enum DatePart: Sendable {
    case year
    case month
    /// `Nov`.
    case monthName
    case day
    case hour
    case minute
    case second
    case milliseconds
    case microseconds
    /// `+0100`.
    case zone
}
