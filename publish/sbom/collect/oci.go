package collect

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// ociDescriptor points at content by its digest.
type ociDescriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Annotations map[string]string `json:"annotations"`
	Platform    struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
	} `json:"platform"`
}

// ociManifest is an index, which has manifests, or an image's manifest.
type ociManifest struct {
	Manifests   []ociDescriptor   `json:"manifests"`
	Config      ociDescriptor     `json:"config"`
	Layers      []ociDescriptor   `json:"layers"`
	Annotations map[string]string `json:"annotations"`
}

type ociConfig struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Author       string `json:"author"`
	Config       struct {
		Labels map[string]string `json:"Labels"`
	} `json:"config"`
	RootFS struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// image is an image on its way into a bill.
type image struct {
	bill  *bill.Bill
	files folder
}

const (
	maxImages = 100 // in one index
	labels    = "org.opencontainers.image."
)

func ociLayout(dir folder, name string) (*bill.Bill, error) {
	dir.most = maxMetadata
	im := &image{bill.New(bill.Component{}, bill.PostBuild), dir}
	var index ociManifest
	if err := dir.json("index.json", &index); err != nil {
		return nil, err
	}
	images, err := im.images(index.Manifests, 0)
	if err != nil {
		return nil, err
	}
	switch len(images) {
	case 0:
		return nil, &Error{File: "index.json", Err: errors.New("it names no image")}
	case 1:
		c, err := im.image(images[0], name)
		if err != nil {
			return nil, err
		}
		im.bill.SetRoot(c)
		err = im.layers(images[0], im.bill.Root.Ref)
		return im.finished(err)
	}
	im.bill.SetRoot(bill.Component{Kind: bill.Container, Name: name})
	for _, d := range images {
		c, err := im.image(d, name)
		if err != nil {
			return nil, err
		}
		c.Inside = true
		ref := im.bill.Add(c)
		im.bill.Need(im.bill.Root.Ref, ref, bill.Required)
		if err := im.layers(d, ref); err != nil {
			return nil, err
		}
	}
	return im.finished(nil)
}

func (im *image) finished(err error) (*bill.Bill, error) {
	if err != nil {
		return nil, err
	}
	im.bill.Miss("layers", "which packages are in the layers is not read; make a bill of what you put in, too")
	im.bill.Gather()
	im.bill.Settle()
	return im.bill, nil
}

// images are the images of an index and of those in it, without attestations.
func (im *image) images(all []ociDescriptor, depth int) ([]ociDescriptor, error) {
	var found []ociDescriptor
	for _, d := range all {
		isIndex := strings.Contains(d.MediaType, "index") || strings.Contains(d.MediaType, "manifest.list")
		switch {
		case d.Annotations["vnd.docker.reference.type"] == "attestation-manifest", d.Platform.OS == "unknown":
			continue
		case !isIndex:
			found = append(found, d)
		case depth > 3:
			return nil, &Error{File: blobName(d.Digest), Err: errors.New("indexes are nested too deep")}
		default:
			var index ociManifest
			if err := im.blob(d, &index); err != nil {
				return nil, err
			}
			below, err := im.images(index.Manifests, depth+1)
			if err != nil {
				return nil, err
			}
			found = append(found, below...)
		}
		if len(found) > maxImages {
			return nil, &Error{File: "index.json", Err: fmt.Errorf("it names more than %d images", maxImages)}
		}
	}
	return found, nil
}

func blobName(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

// blob reads content and holds it to its digest.
func (im *image) blob(d ociDescriptor, into any) error {
	hash, err := bill.PrefixedHash(d.Digest)
	if err != nil || hash.Algorithm != "SHA-256" {
		return &Error{File: "index.json", Err: fmt.Errorf("the digest %.100q is not like sha256:<hexadecimal>", d.Digest)}
	}
	name := blobName("sha256:" + hash.Value)
	data, err := im.files.read(name)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash.Value {
		return &Error{File: name, Err: errors.New("its content has another digest than its name says"), Fix: "Copy or pull the image again."}
	}
	return decodeJSON(name, data, into)
}

// image is the component of one image.
func (im *image) image(d ociDescriptor, name string) (bill.Component, error) {
	var m ociManifest
	if err := im.blob(d, &m); err != nil {
		return bill.Component{}, err
	}
	var config ociConfig
	if err := im.blob(m.Config, &config); err != nil {
		return bill.Component{}, err
	}
	c := config.component(im.bill)
	if full := d.Annotations["io.containerd.image.name"]; full != "" {
		name = full
	} else if ref := d.Annotations[labels+"ref.name"]; strings.ContainsAny(ref, "/:") {
		name = ref
	}
	c.name(name, d.Digest)
	hash, err := bill.PrefixedHash(d.Digest)
	c.Hashes = []bill.Hash{hash}
	return c.Component, err
}

// layers adds the layers of an image.
func (im *image) layers(d ociDescriptor, ref string) error {
	var m ociManifest
	if err := im.blob(d, &m); err != nil {
		return err
	}
	for _, layer := range m.Layers {
		if err := addLayer(im.bill, ref, layer.Digest, ""); err != nil {
			return &Error{File: blobName(d.Digest), Err: err}
		}
	}
	return nil
}

func addLayer(b *bill.Bill, image, digest, over string) error {
	h, err := bill.PrefixedHash(digest)
	if err != nil {
		return fmt.Errorf("a layer: %w", err)
	}
	h.Over = over
	ref := b.Add(bill.Component{Kind: bill.File, Ref: "layer:" + digest, Name: digest, Version: digest, Hashes: []bill.Hash{h}, Inside: true, Opaque: true})
	b.Need(image, ref, bill.Required)
	return nil
}

// imageArchive reads an image that was saved into a tar file: in OCI layout, as
// docker save of today does it, or only as docker save did before.
func imageArchive(f *os.File, name string) (*bill.Bill, error) {
	files, err := readTar(tar.NewReader(io.LimitReader(f, 64<<30)), name)
	if err != nil {
		return nil, err
	}
	short := strings.TrimSuffix(name, path.Ext(name))
	if files.has("index.json") && files.has("oci-layout") {
		b, err := ociLayout(files, short)
		return b, inArchive(name, err)
	}
	b, err := dockerArchive(files, short)
	return b, inArchive(name, err)
}

// isTar looks for the mark of a tar file, which is not at its start.
func isTar(head []byte) bool {
	return len(head) >= 262 && bytes.Equal(head[257:262], []byte("ustar"))
}
