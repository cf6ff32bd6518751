// Package sbom writes bills of materials as CycloneDX 1.6 and SPDX 2.3, reads
// those of any tool, and scores how complete they are by the minimum elements
// of NTIA (2021) and CISA (2025). What is written is the same, byte for byte,
// for the same bill and options.
package sbom

import (
	"crypto/sha1" //nolint:gosec // UUIDs of version 5 are defined by it; it protects nothing
	"encoding/hex"
	"time"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// Options are what a written bill says besides its content.
type Options struct {
	// Tool and ToolVersion name the program that wrote the bill.
	Tool, ToolVersion string
	// Author is who answers for the bill; empty if nobody is named.
	Author string
	// Supplier is who supplies the product, if that shall be said instead of
	// what was found.
	Supplier string
	// Time is the bill's time stamp, to the second.
	Time time.Time
}

func (o Options) stamp() string { return o.Time.UTC().Format("2006-01-02T15:04:05Z") }

// root is the product as it is to be written.
func (o Options) root(b *bill.Bill) bill.Component {
	root := b.Root
	if o.Supplier != "" {
		root.Supplier = o.Supplier
	}
	return root
}

// uuid makes a UUID of version 5 from content, so that equal content has an
// equal one, and any other another.
func uuid(content []byte) string {
	// The namespace is a constant of ours: any value serves, so that it stays.
	const namespace = "\x6d\x63\x70\x63\x74\x6c\x5f\x73\xa2\x6f\x6d\x21\x01\x02\x03\x04"
	sum := sha1.Sum(append([]byte(namespace), content...)) //nolint:gosec // a name, no signature
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
