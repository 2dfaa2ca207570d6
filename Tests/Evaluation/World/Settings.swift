// SPDX-License-Identifier: Apache-2.0

import Pipeline
package import Settings

/// What Spate is told of the world: as an operator would write it.
package enum WorldSettings {
    /// What goes wrong with the text below; it never does.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter warmUp: seconds in which the baseline counts as cold.
    package static func configuration(for model: WorldModel, warmUp: Int) throws(Mistake) -> Configuration {
        let reading = Configuration.parse(
            text(for: model, warmUp: warmUp), file: "evaluation", formats: .known)
        guard let configuration = reading.configuration else {
            throw Mistake(description: reading.problems.map(\.description).joined(separator: "\n"))
        }
        return configuration
    }

    /// The same as a file.
    static func text(for model: WorldModel, warmUp: Int) -> String {
        let (kind, port, transport) =
            model.resolver != nil
            ? ("dns", 53, "udp") : model.server.usesTLS ? ("https", 443, "tcp") : ("http", 80, "tcp")
        return """
            services:
              - { name: service, addresses: [10.2.0.10], port: \(port), protocol: \(transport), kind: \(kind) }
            signals:
              formats:
                own: '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time uct="$upstream_connect_time" urt="$upstream_response_time" us="$upstream_status" dst=$server_addr:$server_port'
              rules:
                - { program: haproxy, format: haproxy-http, service: service }
                - { program: nginx, format: own, service: service }
                - { program: unbound, format: unbound, service: service }
            baseline: { warm_up: \(warmUp)s }
            discover: { enabled: false }
            suppress:
              sources:
                - { prefix: 10.30.0.0/24, why: "load test" }
            alerts:
              - stdout: { format: json }
            """
    }
}
