// SPDX-License-Identifier: Apache-2.0

package import FlowModel

extension DatagramDecoder {
    /// What it knows of exporters, for ``StateArchive/archive(_:savedAt:isFinal:)``.
    package func stateSection() -> StateSection {
        var writer = StateWriter()
        var domains = 0
        for exporter in exporters {
            for domain in exporter.domains {
                ArchivedDomain.write(domain, of: exporter.entry.address, to: &writer)
                domains &+= 1
            }
        }
        return StateSection(octets: writer.octets, domains: domains)
    }

    /// Takes over what was archived, as far as the configuration and the limits allow it. What is known better already
    /// stays: several decoders' sections may speak of the same domain.
    ///
    /// - Parameters:
    ///   - now: what was out of use for the lifetime of a template is left out.
    ///   - isWanted: exporters that this decoder will hear of.
    package mutating func restore(
        _ state: ArchivedState, now: Instant, where isWanted: (IPAddress) -> Bool = { _ in true }
    ) {
        for archived in state.domains
        where now - archived.lastSeen <= limits.templateLifetime && allows(archived.exporter)
            && isWanted(archived.exporter)
        {
            restore(archived, continues: state.isFinal, now: now)
        }
    }

    private mutating func restore(_ archived: ArchivedDomain, continues: Bool, now: Instant) {
        guard let index = exporterIndex(archived.exporter),
            let domain = openDomain(index, version: archived.version, domain: archived.domain)
        else { return }
        if archived.lastSeen > exporters[index].domains[domain].lastSeen {
            exporters[index].domains[domain].restore(archived, continues: continues)
        }
        for (template, lastUsed) in archived.templates where now - lastUsed <= limits.templateLifetime {
            // A clock that was set back must not keep a template for ever.
            restore(template, lastUsed: min(lastUsed, now), index, domain)
        }
    }

    private mutating func restore(_ template: Template, lastUsed: Instant, _ index: Int, _ domain: Int) {
        if let known = exporters[index].domains[domain].templates.lastUse(of: template.id) {
            guard lastUsed > known else { return }
        } else {
            guard exporters[index].templateCount < limits.templatesPerExporter,
                use.templates < limits.templates
            else { return }
            exporters[index].templateCount &+= 1
            use.templates &+= 1
        }
        exporters[index].domains[domain].templates.set(template, at: lastUsed)
    }
}
