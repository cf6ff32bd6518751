package collect

import (
	"cmp"
	"errors"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// imageComponent is an image whose name is not settled yet.
type imageComponent struct {
	bill.Component
	architecture string
}

// component is what an image's configuration says of it. Its base, if labels
// name it, goes into the bill.
func (config ociConfig) component(b *bill.Bill) imageComponent {
	label := config.Config.Labels
	c := imageComponent{architecture: config.Architecture, Component: bill.Component{
		Kind: bill.Container, Version: label[labels+"version"], Supplier: label[labels+"vendor"],
	}}
	if c.Supplier == "" {
		c.Supplier = config.Author
	}
	if licence := label[labels+"licenses"]; licence != "" {
		c.Licences = []string{licence}
	}
	for _, key := range []string{labels + "source", labels + "revision", labels + "base.name", "io.modelcontextprotocol.server.name"} {
		if value := label[key]; value != "" {
			c.Properties = append(c.Properties, bill.Property{Name: "mcpctl:oci:label:" + key, Value: address(value)})
		}
	}
	if digest := label[labels+"base.digest"]; digest != "" {
		base := imageComponent{Component: bill.Component{Kind: bill.Container, Inside: true, Opaque: true}}
		base.name(cmp.Or(label[labels+"base.name"], "base"), digest)
		if h, err := bill.PrefixedHash(digest); err == nil {
			base.Hashes = []bill.Hash{h}
		}
		b.Add(base.Component)
	}
	return c
}

// name settles the names of an image that is known as "host/path/name:tag".
func (c *imageComponent) name(full, digest string) {
	full, _, _ = strings.Cut(full, "@")
	repository, tag := full, ""
	if i := strings.LastIndexByte(full, ':'); i > strings.LastIndexByte(full, '/') {
		repository, tag = full[:i], full[i+1:]
	}
	short := repository[strings.LastIndexByte(repository, '/')+1:]
	c.Name = repository
	if c.Version == "" {
		c.Version = tag
	}
	q := bill.Qualifiers{}
	if repository != short {
		q["repository_url"] = repository
	}
	if tag != "" {
		q["tag"] = tag
	}
	if c.architecture != "" {
		q["arch"] = c.architecture
	}
	c.PURL = bill.OCIPURL(short, digest, q)
	c.Ref = c.PURL
}

// dockerArchive reads what docker save wrote before it wrote OCI layouts.
func dockerArchive(files folder, name string) (*bill.Bill, error) {
	var manifest []struct {
		Config   string
		RepoTags []string
	}
	if !files.has("manifest.json") {
		return nil, &Error{File: "manifest.json", Err: errors.New("it is missing, as is index.json, so this is no image")}
	}
	if err := files.json("manifest.json", &manifest); err != nil {
		return nil, err
	}
	if len(manifest) != 1 {
		return nil, &Error{File: "manifest.json", Err: errors.New("it does not name exactly one image"), Fix: "Save one image at a time."}
	}
	var config ociConfig
	if err := files.json(manifest[0].Config, &config); err != nil {
		return nil, err
	}
	if len(manifest[0].RepoTags) > 0 {
		name = manifest[0].RepoTags[0]
	}
	im := &image{bill.New(bill.Component{}, bill.PostBuild), files}
	c := config.component(im.bill)
	c.name(name, "")
	im.bill.SetRoot(c.Component)
	im.bill.Miss("manifest.json", "the digest under which the image is pushed is not in this archive")
	for _, digest := range config.RootFS.DiffIDs {
		if err := addLayer(im.bill, im.bill.Root.Ref, digest, "the layer's unpacked tar file"); err != nil {
			return nil, &Error{File: manifest[0].Config, Err: err}
		}
	}
	return im.finished(nil)
}
