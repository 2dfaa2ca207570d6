// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The templates of one observation domain of one exporter, by id; the transport port plays no part, for exporters come
/// back with another one.
struct TemplateStore: Sendable {
    private struct Entry {
        var template: Template
        var lastUsed: Instant
    }

    private var entries: [Entry] = []
    private var indices: [UInt16: Int] = [:]

    var count: Int { entries.count }

    /// The template, without the use being noted.
    func peek(_ id: UInt16) -> Template? { indices[id].map { entries[$0].template } }

    /// The template for a data set; nil when there is none or it was out of use for `lifetime`.
    mutating func use(_ id: UInt16, at now: Instant, lifetime: Interval) -> Template? {
        guard let index = indices[id], index < entries.count else { return nil }
        guard now - entries[index].lastUsed <= lifetime else { return nil }
        entries[index].lastUsed = now
        return entries[index].template
    }

    /// When the template was used last; nil when there is none.
    func lastUse(of id: UInt16) -> Instant? { indices[id].map { entries[$0].lastUsed } }

    func forEach(_ body: (Template, Instant) -> Void) {
        for entry in entries { body(entry.template, entry.lastUsed) }
    }

    /// Adds or replaces.
    mutating func set(_ template: Template, at now: Instant) {
        if let index = indices[template.id] {
            entries[index] = Entry(template: template, lastUsed: now)
        } else {
            indices[template.id] = entries.count
            entries.append(Entry(template: template, lastUsed: now))
        }
    }

    mutating func touch(_ id: UInt16, at now: Instant) {
        guard let index = indices[id] else { return }
        entries[index].lastUsed = now
    }

    mutating func remove(_ id: UInt16) {
        guard let index = indices.removeValue(forKey: id), let last = entries.popLast() else { return }
        guard index < entries.count else { return }
        entries[index] = last
        indices[last.template.id] = index
    }

    mutating func removeAll(_ kind: TemplateKind) {
        for id in entries.filter({ $0.template.kind == kind }).map({ $0.template.id }) { remove(id) }
    }

    /// Makes place for one more.
    mutating func removeLeastRecentlyUsed() {
        guard let oldest = entries.min(by: { $0.lastUsed < $1.lastUsed }) else { return }
        remove(oldest.template.id)
    }
}
