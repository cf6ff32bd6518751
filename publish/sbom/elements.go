package sbom

import "time"

// documentRule is an element that a bill has once.
type documentRule struct {
	id, title, reason, mend string
	ntia, cisa              bool
	has                     func(*Document) bool
}

func documentRules() []documentRule {
	return []documentRule{
		{
			id: "author", title: "author of the bill", ntia: true, cisa: true,
			reason: "the bill does not say who answers for it", mend: "Name the person or organisation with --author.",
			has: func(d *Document) bool { return len(d.Authors) > 0 },
		},
		{
			id: "tool", title: "tool that made it", cisa: true,
			reason: "the bill does not say which tool made it", mend: "Make it with a tool that names itself.",
			has: func(d *Document) bool { return len(d.Tools) > 0 },
		},
		{
			id: "timestamp", title: "time of making", ntia: true, cisa: true,
			reason: "the bill has no time stamp of the form 2006-01-02T15:04:05Z", mend: "Set SOURCE_DATE_EPOCH, or let the tool take the clock.",
			has: func(d *Document) bool { _, err := time.Parse(time.RFC3339, d.Timestamp); return err == nil },
		},
		{
			id: "context", title: "phase of making", cisa: true,
			reason: "the bill does not say whether it was taken before, during or after the build", mend: "Use a tool that writes CycloneDX lifecycles.",
			has: func(d *Document) bool { return len(d.Phases) > 0 },
		},
		{
			id: "coverage", title: "known unknowns", cisa: true,
			reason: "the bill does not say how complete it is, nor what is unknown", mend: "Use a tool that writes CycloneDX compositions, or SPDX relationships to NOASSERTION or NONE.",
			has: func(d *Document) bool { return d.Coverage },
		},
	}
}

// partRule is an element that each component should have.
type partRule struct {
	id, title, reason, mend string
	ntia, cisa              bool
	has                     func(Part) bool
}

func partRules() []partRule {
	return []partRule{
		{
			id: "supplier", title: "supplier", ntia: true, cisa: true,
			reason: "do not say who makes them", mend: "Name the product's with --supplier. Lock files have none: the makers of dependencies are only known to their registries.",
			has: func(p Part) bool { return p.Supplier != "" },
		},
		{
			id: "name", title: "name", ntia: true, cisa: true,
			reason: "have no name", mend: "Name them where they are declared.",
			has: func(p Part) bool { return p.Name != "" },
		},
		{
			id: "version", title: "version", ntia: true, cisa: true,
			reason: "have no version", mend: "Give the product a version where it is declared, and pin dependencies.",
			has: func(p Part) bool { return p.Version != "" },
		},
		{
			id: "identifier", title: "identifier", ntia: true, cisa: true,
			reason: "have no identifier, such as a purl or CPE, to look them up by", mend: "Use packages of an ecosystem instead of folders or bare files.",
			has: func(p Part) bool { return p.Identifier != "" },
		},
		{
			id: "relationship", title: "relationship", ntia: true, cisa: true,
			reason: "stand in no relationship to another", mend: "Read the lock together with its manifest, which says what the product asks for.",
			has: func(p Part) bool { return p.Related },
		},
		{
			id: "hash", title: "hash", cisa: true,
			reason: "have no hash", mend: "Lock with hashes, or make the bill of what is built: it has the product's own.",
			has: func(p Part) bool { return p.Hashed },
		},
		{
			id: "licence", title: "licence", cisa: true,
			reason: "do not say their licence", mend: "Declare the product's. Of lock files only npm's have licences; MCPB bundles have those of what is installed in them.",
			has: func(p Part) bool { return p.Licensed },
		},
	}
}
